package dev.hayloft.client;

import java.nio.ByteBuffer;
import java.util.Optional;

/** A record as it goes over the wire. Used by one thread before its call returns. */
interface EncodedRecord {
    int sizeBytes();

    void copyTo(byte[] target, int offset);

    /** What somebody else has encoded. */
    static EncodedRecord of(ByteBuffer bytes) {
        return new Given(bytes);
    }

    /** See {@link #of}. */
    record Given(ByteBuffer bytes) implements EncodedRecord {
        @Override
        public int sizeBytes() {
            return bytes.remaining();
        }

        @Override
        public void copyTo(byte[] target, int offset) {
            bytes.get(bytes.position(), target, offset, bytes.remaining());
        }
    }

    /** A record of {@code application/vnd.hayloft.records}; no value: a deletion. */
    final class Framed implements EncodedRecord {
        private static final int HEAD_SIZE = 12;
        private static final byte PUT = 1;
        private static final byte DELETE = 2;

        private final byte[] key;
        private final byte[] attributes;
        private final Optional<ByteBuffer> value;

        Framed(byte[] key, byte[] attributes, Optional<ByteBuffer> value) {
            this.key = key;
            this.attributes = attributes;
            this.value = value;
        }

        int valueSize() {
            return value.isPresent() ? value.get().remaining() : 0;
        }

        @Override
        public int sizeBytes() {
            return HEAD_SIZE + key.length + attributes.length + valueSize();
        }

        @Override
        public void copyTo(byte[] target, int offset) {
            target[offset] = value.isPresent() ? PUT : DELETE;
            target[offset + 1] = 0;
            target[offset + 2] = (byte) (key.length >> 8);
            target[offset + 3] = (byte) key.length;
            putInt(target, offset + 4, attributes.length);
            putInt(target, offset + 8, valueSize());
            int next = offset + HEAD_SIZE;
            System.arraycopy(key, 0, target, next, key.length);
            next += key.length;
            System.arraycopy(attributes, 0, target, next, attributes.length);
            if (value.isPresent()) {
                ByteBuffer bytes = value.get();
                bytes.get(bytes.position(), target, next + attributes.length, bytes.remaining());
            }
        }

        private static void putInt(byte[] target, int offset, int number) {
            target[offset] = (byte) (number >> 24);
            target[offset + 1] = (byte) (number >> 16);
            target[offset + 2] = (byte) (number >> 8);
            target[offset + 3] = (byte) number;
        }
    }
}
