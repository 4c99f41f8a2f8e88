package dev.hayloft.cli.session;

import dev.hayloft.client.HayloftClientException;
import java.util.Optional;

/** Failures as lines on standard error: what happened, to which input, and the way out. */
public final class FailureText {
    private FailureText() {}

    /** One line, or two where there is a way out to name. */
    public static String of(HayloftClientException failure) {
        String request = failure.requestId().isEmpty() ? "" : " (request " + failure.requestId() + ")";
        String hint = hint(failure.code());
        return "hayloft: " + failure.code() + ": " + failure.detail() + request + (hint.isEmpty() ? "" : "\n  " + hint);
    }

    /** What an exception says, or its name where it says nothing. */
    public static String message(Throwable failure) {
        return Optional.ofNullable(failure.getMessage())
                .orElse(failure.getClass().getSimpleName());
    }

    private static String hint(String code) {
        return switch (code) {
            case "unauthenticated" ->
                "Give --access-key and --secret-key (or HAYLOFT_ACCESS_KEY and HAYLOFT_SECRET_KEY), or on"
                        + " the server's own machine --data DIR.";
            case "forbidden" -> "The key is known but lacks the grant; an operator can give it.";
            case "no-such-bucket" -> "`hayloft bucket ls` shows the buckets, `hayloft bucket create` makes one.";
            case "no-such-key" -> "`hayloft ls BUCKET/PREFIX` shows what is there.";
            case "no-such-volume" -> "`hayloft volumes` shows them.";
            case "no-such-job" -> "`hayloft job ls` shows them.";
            case "no-such-user" -> "`hayloft user ls` shows them.";
            case "gone" -> "`hayloft tail BUCKET --after earliest` begins anew with what is kept.";
            case "bucket-not-empty" -> "`hayloft bucket rm --force` deletes the contents too.";
            case HayloftClientException.NO_CONNECTION ->
                "Is the server running? `bin/hayloft serve` starts one; --server URL,"
                        + " HAYLOFT_SERVER or --data DIR names another.";
            case HayloftClientException.NO_ANSWER -> "Whether it happened is not known; look, or repeat it.";
            default -> "";
        };
    }
}
