package dev.hayloft.api.records;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Records out, in the encoding of {@link BinaryRecordParser}. Pure functions. */
public final class OutRecords {
    /** A key that was found: metadata and value. */
    public static final int FOUND = 3;

    /** A key that is absent: nothing else. */
    public static final int ABSENT = 4;

    /** A key that could not be read: the value is the problem. */
    public static final int ERROR = 5;

    /** Of a feed: the metadata alone tell. */
    public static final int NOTE = 6;

    /** Bytes before the key. */
    public static final int HEAD_SIZE = 12;

    private OutRecords() {}

    /** Adds a record; what is given is read from position to limit and left as it was. */
    public static void write(
            ByteArrayOutputStream target, int op, ByteBuffer key, ByteBuffer metadata, ByteBuffer value) {
        target.writeBytes(head(op, key.remaining(), metadata.remaining(), value.remaining())
                .array());
        write(target, key);
        write(target, metadata);
        write(target, value);
    }

    /** What stands before the key. */
    public static ByteBuffer head(int op, int keySize, int metadataSize, int valueSize) {
        ByteBuffer head = ByteBuffer.allocate(HEAD_SIZE);
        head.put((byte) op).put((byte) 0).putShort((short) keySize);
        return head.putInt(metadataSize).putInt(valueSize).flip();
    }

    private static void write(ByteArrayOutputStream target, ByteBuffer bytes) {
        if (bytes.hasArray()) {
            target.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        target.writeBytes(copy);
    }
}
