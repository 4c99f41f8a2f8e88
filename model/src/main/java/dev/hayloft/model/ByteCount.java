package dev.hayloft.model;

import java.util.Locale;

/** Bytes, counted for people. */
public final class ByteCount {
    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final long KIB = 1024;

    private ByteCount() {}

    /** For example {@code 512 B}, {@code 1.5 KiB}, {@code 12 MiB}. */
    public static String text(long bytes) {
        if (bytes < KIB) {
            return bytes + " B";
        }
        double value = (double) bytes / KIB;
        int unit = 0;
        while (value >= KIB && unit < UNITS.length - 1) {
            value /= KIB;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }
}
