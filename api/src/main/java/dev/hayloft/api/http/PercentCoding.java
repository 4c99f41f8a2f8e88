package dev.hayloft.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of RFC 3986, section 2.1. Pure functions. */
public final class PercentCoding {
    private static final String HEX = "0123456789ABCDEF";

    private PercentCoding() {}

    /**
     * The bytes that a piece of a raw path stands for: {@code %XX} is a byte, everything else stands for its UTF-8.
     *
     * @throws IllegalArgumentException when a percent sign is not followed by two hex digits
     */
    public static ByteBuffer decode(String raw, int from, int to) {
        for (int i = from; i < to; i++) {
            if (raw.charAt(i) > 127) {
                return decodeBytes(raw.substring(from, to).getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] bytes = new byte[to - from];
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                if (i + 2 >= to) {
                    throw malformed();
                }
                c = (char) (hex(raw.charAt(i + 1)) << 4 | hex(raw.charAt(i + 2)));
                i += 2;
            }
            bytes[length++] = (byte) c;
        }
        return ByteBuffer.wrap(bytes, 0, length);
    }

    private static ByteBuffer decodeBytes(byte[] raw) {
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            byte b = raw[i];
            if (b == '%') {
                if (i + 2 >= raw.length) {
                    throw malformed();
                }
                b = (byte) (hex((char) raw[i + 1]) << 4 | hex((char) raw[i + 2]));
                i += 2;
            }
            raw[length++] = b;
        }
        return ByteBuffer.wrap(raw, 0, length);
    }

    /** A path that stands for these bytes: what is not unreserved becomes {@code %XX}, but slashes stay. */
    public static String encode(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder(bytes.remaining() + 16);
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            int b = bytes.get(i) & 0xFF;
            boolean plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (plain || b == '-' || b == '.' || b == '_' || b == '~' || b == '/') {
                text.append((char) b);
            } else {
                text.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 15));
            }
        }
        return text.toString();
    }

    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        if (c >= 'A' && c <= 'F') {
            return c - 'A' + 10;
        }
        throw malformed();
    }

    private static IllegalArgumentException malformed() {
        return new IllegalArgumentException("a percent sign must be followed by two hex digits");
    }
}
