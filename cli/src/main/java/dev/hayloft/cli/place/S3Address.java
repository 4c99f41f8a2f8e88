package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Environment;
import dev.hayloft.cli.session.ObjectAddress;
import java.net.URI;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Where an S3 bucket is and who asks for it.
 *
 * @param bucket its name
 * @param prefix put before every key; empty or with a slash at its end
 * @param endpoint the server; empty for the region's own
 * @param region what requests are signed for
 * @param credentials the key
 */
record S3Address(String bucket, String prefix, Optional<URI> endpoint, String region, AwsCredentials credentials) {
    private static final String REGION = "us-east-1";

    /** From what stands behind {@code s3:}, with the variables that other programs take for the same. */
    static S3Address of(String text, Environment environment) {
        PlaceText options = PlaceText.of(text, "endpoint", "region");
        ObjectAddress address = options.address();
        String region = first(
                options.find("region").orElse(""),
                environment.variable("AWS_REGION"),
                environment.variable("AWS_DEFAULT_REGION"),
                REGION);
        String endpoint = first(
                options.find("endpoint").orElse(""),
                environment.variable("AWS_ENDPOINT_URL_S3"),
                environment.variable("AWS_ENDPOINT_URL"));
        return new S3Address(
                address.bucket(),
                address.folder(),
                endpoint.isEmpty() ? Optional.empty() : Optional.of(url(endpoint)),
                region,
                credentials(environment));
    }

    private static String first(String... values) {
        return Stream.of(values).filter(value -> !value.isEmpty()).findFirst().orElse("");
    }

    private static URI url(String endpoint) {
        if (!endpoint.matches("https?://[^/?#@]+/?")) {
            throw new CommandFailure(
                    "\"" + endpoint + "\" is no endpoint of S3; write http://HOST[:PORT] or https://HOST[:PORT]");
        }
        try {
            return URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure("\"" + endpoint + "\" is no URL", e);
        }
    }

    private static AwsCredentials credentials(Environment environment) {
        String accessKey = environment.variable("AWS_ACCESS_KEY_ID");
        String secretKey = environment.variable("AWS_SECRET_ACCESS_KEY");
        String token = environment.variable("AWS_SESSION_TOKEN");
        if (accessKey.isEmpty() || secretKey.isEmpty()) {
            throw new CommandFailure("S3 asks for a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    + " (and AWS_SESSION_TOKEN for a key that was lent)");
        }
        return token.isEmpty()
                ? AwsBasicCredentials.create(accessKey, secretKey)
                : AwsSessionCredentials.create(accessKey, secretKey, token);
    }

    /** The server, for people. */
    String server() {
        return endpoint.map(URI::toString).orElse("S3 in " + region);
    }

    /** As typed, without options and without the key. */
    @Override
    public String toString() {
        return "s3:" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
    }
}
