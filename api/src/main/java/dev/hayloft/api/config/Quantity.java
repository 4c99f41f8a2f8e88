package dev.hayloft.api.config;

import java.time.Duration;
import java.util.OptionalLong;

/** Sizes ({@code 64MiB}) and times ({@code 30s}) as people write them. Pure functions. */
public final class Quantity {
    private static final String[] SIZE_UNITS = {"TiB", "GiB", "MiB", "KiB", "B", ""};
    private static final long[] SIZE_FACTORS = {1L << 40, 1L << 30, 1L << 20, 1L << 10, 1, 1};
    private static final String[] TIME_UNITS = {"ms", "s", "m", "h", "d"};
    private static final long[] TIME_FACTORS = {1, 1_000, 60_000, 3_600_000, 86_400_000};

    private Quantity() {}

    /**
     * Bytes of a whole number with {@code KiB}, {@code MiB}, {@code GiB}, {@code TiB} or nothing; empty when it is
     * none.
     */
    public static OptionalLong parseSize(String text) {
        for (int i = 0; i < SIZE_UNITS.length; i++) {
            if (text.endsWith(SIZE_UNITS[i])) {
                return times(text.substring(0, text.length() - SIZE_UNITS[i].length()), SIZE_FACTORS[i]);
            }
        }
        return OptionalLong.empty();
    }

    /**
     * Milliseconds of a whole number with {@code ms}, {@code s}, {@code m}, {@code h} or {@code d}; empty when it is
     * none.
     */
    public static OptionalLong parseTime(String text) {
        for (int i = 0; i < TIME_UNITS.length; i++) {
            if (text.endsWith(TIME_UNITS[i])) {
                return times(text.substring(0, text.length() - TIME_UNITS[i].length()), TIME_FACTORS[i]);
            }
        }
        return OptionalLong.empty();
    }

    /** The largest unit that divides the bytes: {@code 1536KiB}. */
    public static String size(long bytes) {
        for (int i = 0; i < 4; i++) {
            if (bytes != 0 && bytes % SIZE_FACTORS[i] == 0) {
                return bytes / SIZE_FACTORS[i] + SIZE_UNITS[i];
            }
        }
        return Long.toString(bytes);
    }

    /** The largest unit that divides the time: {@code 90s}. */
    public static String time(Duration time) {
        long millis = time.toMillis();
        for (int i = TIME_UNITS.length - 1; i >= 0; i--) {
            if (millis != 0 && millis % TIME_FACTORS[i] == 0) {
                return millis / TIME_FACTORS[i] + TIME_UNITS[i];
            }
        }
        return millis + "ms";
    }

    private static OptionalLong times(String digits, long factor) {
        String number = digits.strip();
        if (number.isEmpty() || number.length() > 18) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = 0; i < number.length(); i++) {
            char digit = number.charAt(i);
            if (digit < '0' || digit > '9') {
                return OptionalLong.empty();
            }
            value = value * 10 + (digit - '0');
        }
        return value > Long.MAX_VALUE / factor ? OptionalLong.empty() : OptionalLong.of(value * factor);
    }
}
