package dev.hayloft.api.data;

import dev.hayloft.api.http.Json;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * JSON written straight to bytes, for pages of thousands of lines of one shape: keys are UTF-8 already, and a time that
 * came before is not formatted again.
 *
 * <p><i>Threads:</i> one.
 */
final class LineBytes extends ByteArrayOutputStream {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String SHORT_ESCAPES = "\b\t\n\f\r";
    private static final byte[] SHORT_NAMES = {'b', 't', 'n', 'f', 'r'};
    private static final int ESCAPE_SIZE = 6;

    private long timeMillis = -1;
    private byte[] time = new byte[0];

    LineBytes(int sizeBytes) {
        super(sizeBytes);
    }

    /** What was written, without a copy; good until more is. */
    ByteBuffer view() {
        return ByteBuffer.wrap(buf, 0, count);
    }

    /** Bytes as they are. */
    LineBytes raw(byte[] bytes) {
        ensure(bytes.length);
        System.arraycopy(bytes, 0, buf, count, bytes.length);
        count += bytes.length;
        return this;
    }

    /** ASCII that needs no escapes. */
    LineBytes raw(String ascii) {
        return raw(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** A text in quotes. */
    LineBytes text(String text) {
        return text(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** A text in quotes, read from position to limit. */
    LineBytes text(ByteBuffer utf8) {
        int end = utf8.limit();
        ensure(2 + ESCAPE_SIZE * utf8.remaining());
        buf[count++] = '"';
        for (int at = utf8.position(); at < end; at++) {
            byte value = utf8.get(at);
            if (value == '"' || value == '\\') {
                buf[count++] = '\\';
                buf[count++] = value;
            } else if (value >= 0 && value < ' ') {
                escape(value);
            } else {
                buf[count++] = value;
            }
        }
        buf[count++] = '"';
        return this;
    }

    private void escape(byte control) {
        buf[count++] = '\\';
        int known = SHORT_ESCAPES.indexOf(control);
        if (known >= 0) {
            buf[count++] = SHORT_NAMES[known];
            return;
        }
        buf[count++] = 'u';
        buf[count++] = '0';
        buf[count++] = '0';
        buf[count++] = HEX[control >> 4];
        buf[count++] = HEX[control & 0xF];
    }

    /** A time in quotes. */
    LineBytes time(Instant instant) {
        long millis = instant.toEpochMilli();
        if (millis != timeMillis) {
            time = ('"' + Json.time(instant) + '"').getBytes(StandardCharsets.US_ASCII);
            timeMillis = millis;
        }
        return raw(time);
    }

    private void ensure(int more) {
        if (buf.length - count < more) {
            buf = Arrays.copyOf(buf, Math.max(count + more, 2 * buf.length));
        }
    }
}
