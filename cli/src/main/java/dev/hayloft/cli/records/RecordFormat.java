package dev.hayloft.cli.records;

import dev.hayloft.client.ProducerOptions.Encoding;
import java.util.Locale;

/** What a file of records looks like. */
public enum RecordFormat {
    /** A JSON object a line. */
    NDJSON(Encoding.LINES),
    /** Frames of {@code application/vnd.hayloft.records}. */
    RECORDS(Encoding.RECORDS),
    /** Rows of RFC 4180 below a row of names. */
    CSV(Encoding.RECORDS);

    private final Encoding encoding;

    RecordFormat(Encoding encoding) {
        this.encoding = encoding;
    }

    /** How its records go over the wire. */
    public Encoding encoding() {
        return encoding;
    }

    /** What its records are counted in for a person who looks for one. */
    public String unit() {
        return this == RECORDS ? "record" : "line";
    }

    /** The format that a name tells: {@code .csv}, {@code .records}; anything else is taken for NDJSON. */
    public static RecordFormat ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return CSV;
        }
        return lower.endsWith(".records") ? RECORDS : NDJSON;
    }
}
