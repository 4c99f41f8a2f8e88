package dev.hayloft.api.data;

import dev.hayloft.api.http.Json;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.ChangeView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * A line of JSON written straight to bytes, for pages of thousands of lines of one shape: keys are UTF-8 already, and a
 * time that came before is not formatted again.
 *
 * <p><i>Threads:</i> one.
 */
final class LineBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String SHORT_ESCAPES = "\b\t\n\f\r";
    private static final byte[] SHORT_NAMES = {'b', 't', 'n', 'f', 'r'};
    private static final int ESCAPE_SIZE = 6;
    private static final int DIGITS_MAX = 19;

    private static final int FIRST_SIZE = 1 << 10;

    private byte[] buf = new byte[FIRST_SIZE];
    private int count;
    private long timeMillis = -1;
    private byte[] time = new byte[0];

    /** What was written; good until more is. */
    ByteBuffer view() {
        return ByteBuffer.wrap(buf, 0, count);
    }

    /** A copy of what was written. */
    byte[] toByteArray() {
        return Arrays.copyOf(buf, count);
    }

    /** Empties it. */
    void reset() {
        count = 0;
    }

    LineBytes raw(char ascii) {
        ensure(1);
        buf[count++] = (byte) ascii;
        return this;
    }

    /** A number in decimal digits. */
    LineBytes number(long value) {
        if (value < 0) {
            return raw(Long.toString(value));
        }
        ensure(DIGITS_MAX);
        int digits = 1;
        for (long left = value; left >= 10; left /= 10) {
            digits++;
        }
        long left = value;
        for (int at = count + digits - 1; at >= count; at--) {
            buf[at] = (byte) ('0' + left % 10);
            left /= 10;
        }
        count += digits;
        return this;
    }

    /** A digest in hex digits. */
    LineBytes hex(Sha256 digest) {
        ensure(2 * Sha256.SIZE);
        hex(digest.word0());
        hex(digest.word1());
        hex(digest.word2());
        hex(digest.word3());
        return this;
    }

    private void hex(long word) {
        for (int shift = Long.SIZE - 4; shift >= 0; shift -= 4) {
            buf[count++] = HEX[(int) (word >>> shift) & 0xF];
        }
    }

    /** Where the reader of a change goes on. */
    LineBytes cursorOf(ChangeView change) {
        ensure(ChangeView.CURSOR_SIZE_MAX);
        count = change.putCursor(buf, count);
        return this;
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

    /** A time in quotes, of milliseconds since 1970 UTC. */
    LineBytes time(long millis) {
        if (millis != timeMillis) {
            time = ('"' + Json.time(Instant.ofEpochMilli(millis)) + '"').getBytes(StandardCharsets.US_ASCII);
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
