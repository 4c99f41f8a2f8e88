package dev.hayloft.api.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Dates as HTTP writes them (RFC 9110, section 5.6.7), in whole seconds. */
public final class HttpDate {
    private static final DateTimeFormatter IMF =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.US);
    private static final DateTimeFormatter RFC_850 = new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.US);
    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.US);
    private static final int CACHE_SIZE = 1024; // A power of two.

    private final AtomicReferenceArray<@Nullable Formatted> cache = new AtomicReferenceArray<>(CACHE_SIZE);

    /** The text of a moment; recent answers are remembered. */
    public String format(Instant instant) {
        long second = instant.getEpochSecond();
        int slot = (int) second & (CACHE_SIZE - 1);
        Formatted formatted = cache.get(slot);
        if (formatted == null || formatted.second != second) {
            formatted = new Formatted(second, IMF.format(LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC)));
            cache.set(slot, formatted);
        }
        return formatted.text;
    }

    /** The second since 1970 that a header names; empty for what is no date, which HTTP ignores. */
    public static Optional<Long> parse(String text) {
        return parse(text, IMF).or(() -> parse(text, RFC_850)).or(() -> parse(text, ASCTIME));
    }

    private static Optional<Long> parse(String text, DateTimeFormatter format) {
        try {
            return Optional.of(LocalDateTime.parse(text, format).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private record Formatted(long second, String text) {}
}
