package dev.hayloft.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The {@code Range} header (RFC 9110, section 14). Pure functions. */
public final class ByteRanges {
    /** More ranges than this are answered with the whole. */
    public static final int COUNT_MAX = 64;

    private ByteRanges() {}

    /**
     * A piece of content.
     *
     * @param offset of the first byte
     * @param length at least 1
     */
    public record Piece(long offset, long length) {
        /** The offset of the last byte. */
        public long last() {
            return offset + length - 1;
        }
    }

    /**
     * The pieces that a header asks for, in its order and cut to the content. Empty when the header does not count:
     * malformed, another unit, too many ranges. An empty list when no range can be satisfied.
     */
    public static Optional<List<Piece>> parse(String header, long sizeBytes) {
        String text = header.strip();
        if (!text.regionMatches(true, 0, "bytes=", 0, 6)) {
            return Optional.empty();
        }
        List<Piece> pieces = new ArrayList<>(1);
        int count = 0;
        int from = 6;
        while (from <= text.length()) {
            int comma = text.indexOf(',', from);
            int to = comma < 0 ? text.length() : comma;
            String range = text.substring(from, to).strip();
            from = to + 1;
            if (range.isEmpty()) {
                continue; // Empty list elements do not count: RFC 9110, section 5.6.1.
            }
            if (++count > COUNT_MAX || !add(range, sizeBytes, pieces)) {
                return Optional.empty();
            }
        }
        return count == 0 ? Optional.empty() : Optional.of(pieces);
    }

    private static boolean add(String range, long sizeBytes, List<Piece> pieces) {
        int dash = range.indexOf('-');
        if (dash < 0) {
            return false;
        }
        long first = number(range, 0, dash);
        long last = number(range, dash + 1, range.length());
        boolean firstGiven = dash > 0;
        boolean lastGiven = dash < range.length() - 1;
        if ((firstGiven && first < 0) || (lastGiven && last < 0) || (!firstGiven && !lastGiven)) {
            return false;
        }
        if (!firstGiven) {
            long length = Math.min(last, sizeBytes);
            if (length > 0) {
                pieces.add(new Piece(sizeBytes - length, length));
            }
            return true;
        }
        if (lastGiven && last < first) {
            return false;
        }
        if (first < sizeBytes) {
            long end = lastGiven ? Math.min(last, sizeBytes - 1) : sizeBytes - 1;
            pieces.add(new Piece(first, end - first + 1));
        }
        return true;
    }

    /** Digits as a number, huge ones as {@link Long#MAX_VALUE}; -1 for anything else. */
    private static long number(String text, int from, int to) {
        if (from == to) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : value * 10 + (c - '0');
        }
        return value;
    }
}
