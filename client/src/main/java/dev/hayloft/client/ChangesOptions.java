package dev.hayloft.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which changes of a bucket.
 *
 * @param after a cursor, {@link #EARLIEST} or {@link #LATEST}; what comes after it is told
 * @param prefix what the keys begin with
 * @param limit most changes of a page, 1 to 10000
 * @param waitSeconds how long an empty page may wait for the first change, 0 to 60; keep it below the client's read
 *     timeout
 */
public record ChangesOptions(String after, String prefix, int limit, int waitSeconds) {
    public static final String EARLIEST = "earliest";
    public static final String LATEST = "latest";

    public ChangesOptions {
        if (limit < 1 || limit > 10_000 || waitSeconds < 0 || waitSeconds > 60) {
            throw new IllegalArgumentException("a page has 1 to 10000 changes and waits 0 to 60 s");
        }
    }

    /** All changes after a cursor, without waiting. */
    public static ChangesOptions after(String cursor) {
        return new ChangesOptions(cursor, "", 1_000, 0);
    }

    public ChangesOptions withAfter(String cursor) {
        return new ChangesOptions(cursor, prefix, limit, waitSeconds);
    }

    public ChangesOptions withPrefix(String text) {
        return new ChangesOptions(after, text, limit, waitSeconds);
    }

    public ChangesOptions withLimit(int count) {
        return new ChangesOptions(after, prefix, count, waitSeconds);
    }

    public ChangesOptions withWait(int seconds) {
        return new ChangesOptions(after, prefix, limit, seconds);
    }

    Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("after", after);
        parameters.put("limit", Integer.toString(limit));
        if (waitSeconds > 0) {
            parameters.put("wait", Integer.toString(waitSeconds));
        }
        if (!prefix.isEmpty()) {
            parameters.put("prefix", prefix);
        }
        return parameters;
    }
}
