package dev.hayloft.cli.session;

import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Failures as one JSON document on standard output, for whoever asked for {@code --json}: {@code {"error":{problem}}},
 * as the server's streams tell theirs. Standard error says the same in words all the same.
 */
public final class FailureJson {
    /** The code of what is wrong with the arguments. */
    public static final String WRONG_USAGE = "wrong-usage";

    private static final String TYPE = "urn:hayloft:problem:";
    private static final Pattern CODED = Pattern.compile("(?s)([a-z]+(?:-[a-z]+)+): (.*)");

    private FailureJson() {}

    /** The server's problem, or the client's own. */
    public static JsonObject of(HayloftClientException failure) {
        return document(failure.code(), failure.status(), failure.detail(), failure.requestId());
    }

    /** A failure that is known by its words alone. */
    public static JsonObject of(String text) {
        String words = text.startsWith("hayloft: ") ? text.substring("hayloft: ".length()) : text;
        Matcher coded = CODED.matcher(words);
        return coded.matches()
                ? document(coded.group(1), 0, coded.group(2), "")
                : document("command-failed", 0, words, "");
    }

    /** Arguments that make no sense. */
    public static JsonObject ofUsage(String text) {
        return document(WRONG_USAGE, 0, text.startsWith("hayloft: ") ? text.substring("hayloft: ".length()) : text, "");
    }

    private static JsonObject document(String code, int status, String detail, String requestId) {
        String title = code.substring(0, 1).toUpperCase(Locale.ROOT)
                + code.substring(1).replace('-', ' ');
        return JsonObject.of(
                "error",
                JsonObject.of("type", JsonValue.of(TYPE + code))
                        .with("title", JsonValue.of(title))
                        .with("status", status == 0 ? JsonNull.NULL : JsonValue.of(status))
                        .with("detail", JsonValue.of(detail))
                        .with("instance", requestId.isEmpty() ? JsonNull.NULL : JsonValue.of(requestId)));
    }
}
