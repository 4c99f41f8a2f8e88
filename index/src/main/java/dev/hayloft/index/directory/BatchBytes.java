package dev.hayloft.index.directory;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.index.hint.Varint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Builds a RocksDB write batch in the library's own encoding: one call into native code per batch, not per key.
 *
 * <pre>
 *  offset size field
 *       0    8 sequence   0, RocksDB sets its own
 *       8    4 count      little-endian
 *      12    … records    1 · key size · key · value size · value for a put, 0 · key size · key for a deletion,
 *                         5 · column family · key size · key · value size · value for a put elsewhere;
 *                         sizes and family are varints
 * </pre>
 *
 * <p><i>Source:</i> the comment at the head of RocksDB's {@code db/write_batch.cc}.
 *
 * <p><i>Threads:</i> one.
 */
final class BatchBytes {
    private static final int HEADER_SIZE = 12;
    private static final int COUNT_OFFSET = 8;
    private static final byte PUT = 1;
    private static final byte PUT_IN_FAMILY = 5;
    private static final byte DELETE = 0;
    private static final int RECORD_OVERHEAD_MAX = 1 + 3 * Varint.SIZE_MAX;

    private ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    private ByteBuffer value = ByteBuffer.allocate(1 << 10);
    private int count;

    /** Begins a new batch. */
    void clear() {
        bytes.clear().position(HEADER_SIZE);
        count = 0;
    }

    void put(DirectoryEntry entry) {
        int valueSizeMax = DirectoryFormat.valueSizeMax(entry);
        if (value.capacity() < valueSizeMax) {
            value = ByteBuffer.allocate(valueSizeMax);
        }
        DirectoryFormat.putValue(value.clear(), entry);
        value.flip();
        int keySize = DirectoryFormat.keySize(entry.key());
        reserve(RECORD_OVERHEAD_MAX + keySize + value.limit());
        bytes.put(PUT);
        Varint.put(bytes, keySize);
        DirectoryFormat.putKey(bytes, entry.bucketId(), entry.key());
        Varint.put(bytes, value.limit());
        bytes.put(value);
        count++;
    }

    void putState(byte[] key, byte[] newValue) {
        reserve(RECORD_OVERHEAD_MAX + key.length + newValue.length);
        bytes.put(PUT_IN_FAMILY);
        Varint.put(bytes, RocksFolder.STATE_FAMILY);
        Varint.put(bytes, key.length);
        bytes.put(key);
        Varint.put(bytes, newValue.length);
        bytes.put(newValue);
        count++;
    }

    void put(DirectoryExpiry expiry) {
        putExpiryKey(PUT, expiry);
        Varint.put(bytes, 0);
        count++;
    }

    void delete(DirectoryExpiry expiry) {
        putExpiryKey(DELETE, expiry);
        count++;
    }

    private void putExpiryKey(byte record, DirectoryExpiry expiry) {
        int keySize = DirectoryFormat.expirySize(expiry);
        reserve(RECORD_OVERHEAD_MAX + keySize);
        bytes.put(record);
        Varint.put(bytes, keySize);
        DirectoryFormat.putExpiry(bytes, expiry);
    }

    void delete(int bucketId, ByteBuffer key) {
        int keySize = DirectoryFormat.keySize(key);
        reserve(RECORD_OVERHEAD_MAX + keySize);
        bytes.put(DELETE);
        Varint.put(bytes, keySize);
        DirectoryFormat.putKey(bytes, bucketId, key);
        count++;
    }

    /** The batch. */
    byte[] toArray() {
        bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(0, 0).putInt(COUNT_OFFSET, count);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void reserve(int size) {
        if (bytes.remaining() < size) {
            ByteBuffer larger = ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + size));
            larger.put(bytes.flip());
            bytes = larger;
        }
    }
}
