package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What S3, or the way there, said, as a sentence with a way out. */
final class S3Failure {
    private S3Failure() {}

    /**
     * The failure of a call.
     *
     * @param what the verb and its object, before the name of the place
     */
    static CommandFailure of(String what, S3Address address, SdkException failure) {
        String head = "cannot " + what + " " + address + ": ";
        return new CommandFailure(
                head + (failure instanceof S3Exception e ? refused(address, e) : away(address, failure)), failure);
    }

    private static String refused(S3Address address, S3Exception failure) {
        Optional<AwsErrorDetails> details = Optional.ofNullable(failure.awsErrorDetails());
        String code = details.map(AwsErrorDetails::errorCode).orElse("");
        String said = details.map(AwsErrorDetails::errorMessage).orElse("");
        return switch (code) {
            case "NoSuchBucket" ->
                "there is no bucket \"" + address.bucket() + "\" on " + address.server()
                        + "; make it there first, or look at endpoint and region";
            case "InvalidAccessKeyId" -> "the access key is not known there; look at AWS_ACCESS_KEY_ID";
            case "SignatureDoesNotMatch" ->
                "the secret key does not belong to the access key; look at AWS_SECRET_ACCESS_KEY";
            case "ExpiredToken", "InvalidToken" -> "AWS_SESSION_TOKEN is wrong or too old; fetch a new one";
            case "RequestTimeTooSkewed" -> "this machine's clock and the server's are too far apart; set the clock";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                "the bucket is not in the region " + address.region() + "; set ?region=R or AWS_REGION (" + said + ")";
            case "AccessDenied" -> "the key may not do that (AccessDenied)";
            default ->
                "the server answered " + failure.statusCode() + (code.isEmpty() ? "" : " " + code)
                        + (said.isEmpty() ? "" : ": " + said);
        };
    }

    /** No answer at all. */
    private static String away(S3Address address, SdkException failure) {
        Throwable cause = failure;
        while (!(cause instanceof IOException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof UnknownHostException) {
            return "no host is known by the name " + cause.getMessage() + "; look at the endpoint";
        }
        if (cause instanceof ConnectException || cause instanceof SocketTimeoutException) {
            return "nobody answers at " + address.server() + " (" + FailureText.message(cause)
                    + "); look at the endpoint";
        }
        return FailureText.message(cause);
    }
}
