package dev.hayloft.api.metrics;

import java.util.Locale;

/** What a request does, as metrics name it. */
public enum Operation {
    GET,
    HEAD,
    PUT,
    APPEND,
    DELETE,
    RENAME,
    COPY,
    PATCH,
    LIST,
    RECORDS,
    CHANGES,
    MULTIGET,
    BATCH,
    BUCKET,
    OPERATIONS,
    OTHER;

    /** The label of metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
