package dev.hayloft.client;

import java.util.OptionalLong;

/**
 * A stretch of an object's bytes.
 *
 * @param first 0-based
 * @param last the last one wanted, inclusive; empty: to the end
 */
public record ByteRange(long first, OptionalLong last) {
    public ByteRange {
        if (first < 0 || last.isPresent() && last.getAsLong() < first) {
            throw new IllegalArgumentException("a range begins at 0 or later and does not end before it begins");
        }
    }

    public static ByteRange from(long first) {
        return new ByteRange(first, OptionalLong.empty());
    }

    /** The value of the {@code Range} header. */
    String header() {
        return "bytes=" + first + "-" + (last.isPresent() ? last.getAsLong() : "");
    }
}
