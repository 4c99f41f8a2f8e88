package dev.hayloft.api.data;

import dev.hayloft.api.http.Json;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.ChangeView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON written straight to bytes, for pages of thousands of lines of one shape: keys are UTF-8 already, and a time that
 * came before is not formatted again.
 *
 * <p><i>Threads:</i> one.
 */
final class LineBytes {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final String SHORT_ESCAPES = "\b\t\n\f\r";
    private static final byte[] SHORT_NAMES = {'b', 't', 'n', 'f', 'r'};
    private static final int ESCAPE_SIZE = 6;
    private static final int DIGITS_MAX = 19;

    /** Pieces grow up to this, so that little takes little, and much is never copied to grow. */
    private static final int PIECE_SIZE = 128 << 10;

    private static final int FIRST_SIZE = 1 << 10;
    private static final int GROWTH = 8;

    private final List<ByteBuffer> pieces = new ArrayList<>();
    private byte[] buf = new byte[FIRST_SIZE];
    private int count;
    private long timeMillis = -1;
    private byte[] time = new byte[0];

    /** What was written, in its pieces, without a copy; nothing more may be written then. */
    List<ByteBuffer> pieces() {
        List<ByteBuffer> all = new ArrayList<>(pieces);
        all.add(ByteBuffer.wrap(buf, 0, count));
        return all;
    }

    /** What was written, in one piece; good until more is. */
    ByteBuffer view() {
        return pieces.isEmpty() ? ByteBuffer.wrap(buf, 0, count) : ByteBuffer.wrap(toByteArray());
    }

    /** A copy of what was written. */
    byte[] toByteArray() {
        List<ByteBuffer> all = pieces();
        ByteBuffer copy =
                ByteBuffer.allocate(all.stream().mapToInt(ByteBuffer::remaining).sum());
        all.forEach(piece -> copy.put(piece));
        return copy.array();
    }

    /** Empties it. */
    void reset() {
        pieces.clear();
        count = 0;
    }

    LineBytes raw(char ascii) {
        ensure(1);
        buf[count++] = (byte) ascii;
        return this;
    }

    /** Bytes as they are, read from position to limit. */
    LineBytes raw(ByteBuffer bytes) {
        int size = bytes.remaining();
        ensure(size);
        bytes.get(bytes.position(), buf, count, size);
        count += size;
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

    /** Makes room in one piece. */
    void ensure(int more) {
        if (buf.length - count >= more) {
            return;
        }
        int size = Math.max(more, Math.min(GROWTH * buf.length, PIECE_SIZE));
        if (count > 0) {
            pieces.add(ByteBuffer.wrap(buf, 0, count));
        }
        buf = new byte[size];
        count = 0;
    }
}
