package dev.hayloft.store.folder;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Text lines that tell whether they are whole: the last is {@code crc32c HEX} of all before it. Pure functions. */
public final class CheckedText {
    private static final String CRC_LINE = "crc32c ";

    private CheckedText() {}

    /** These lines, each of which has an end, and their checksum behind them. */
    public static String of(CharSequence lines) {
        return lines + CRC_LINE + crc(lines.toString()) + "\n";
    }

    /** The lines of what {@link #of} has made; empty when it is damaged or something else. */
    public static Optional<String> lines(String text) {
        int end = text.lastIndexOf(CRC_LINE);
        boolean isWhole =
                end >= 0 && text.substring(end + CRC_LINE.length()).strip().equals(crc(text.substring(0, end)));
        return isWhole ? Optional.of(text.substring(0, end)) : Optional.empty();
    }

    private static String crc(String lines) {
        CRC32C crc = new CRC32C();
        crc.update(lines.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
