package dev.hayloft.cli.text;

import dev.hayloft.model.ByteCount;
import java.util.Locale;

/** Sizes, counts, times: written for people, read from people. */
public final class Figures {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Figures() {}

    /** For example {@code 512 B}, {@code 1.5 KiB}, {@code 12 MiB}. */
    public static String bytes(long count) {
        return ByteCount.text(count);
    }

    /** A speed, for example {@code 12 MiB/s}. */
    public static String rate(long bytes, double seconds) {
        return bytes(Math.round(bytes / Math.max(seconds, 0.001))) + "/s";
    }

    /** With commas between thousands. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** For example {@code 1 object}, {@code 2,000 objects}. */
    public static String objects(long count) {
        return count(count) + (count == 1 ? " object" : " objects");
    }

    /** For example {@code 0.4 s}, {@code 2:05}, {@code 1:02:05}. */
    public static String seconds(double seconds) {
        if (seconds < 60) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }

    /** For example {@code 85 µs}, {@code 1.5 ms}, {@code 12 ms}, {@code 2.5 s}. */
    public static String micros(double micros) {
        if (micros < 1000) {
            return Math.round(micros) + " µs";
        }
        double millis = micros / 1000;
        if (millis < 1000) {
            return String.format(Locale.ROOT, millis < 10 ? "%.1f ms" : "%.0f ms", millis);
        }
        return String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }

    /**
     * Reads a size: digits, or digits and {@code KiB MiB GiB TiB}.
     *
     * @throws IllegalArgumentException with a sentence for anything else
     */
    public static long parseBytes(String text) {
        String digits = text.replaceFirst("(KiB|MiB|GiB|TiB)$", "");
        if (!digits.matches("[0-9]{1,15}")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no size; write bytes, or a number and KiB, MiB, GiB or TiB");
        }
        long value = Long.parseLong(digits);
        String unit = text.substring(digits.length());
        for (int i = 0; i < UNITS.length && !unit.isEmpty(); i++) {
            value = Math.multiplyExact(value, 1024L);
            if (UNITS[i].equals(unit)) {
                break;
            }
        }
        return value;
    }

    /** Control characters as escapes, so that a key cannot steer a terminal. */
    public static String printable(String text) {
        StringBuilder target = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c)) {
                target.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                target.appendCodePoint(c);
            }
        });
        return target.toString();
    }
}
