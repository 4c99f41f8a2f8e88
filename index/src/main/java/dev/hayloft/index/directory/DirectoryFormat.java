package dev.hayloft.index.directory;

import dev.hayloft.index.DirectoryCheckpoint;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.index.hint.Varint;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Keys and values of the directory. RocksDB keeps a checksum per block; so here there is none.
 *
 * <pre>
 *  key of an entry      bucketId (4, big-endian, so that buckets sort by id) · the object's key
 *  value of an entry    flags (1): bit 0 expires, bit 1 delete marker (then the SHA-256 is 0); others must be 0
 *                       · version (8, big-endian: neighbours share its first bytes) · SHA-256 (32) · contentSize varint
 *                       · timeMillis, signed varint of its difference to version >> 16
 *                       · if it expires: expiresAtMillis, signed varint of its difference to timeMillis
 *                       · attributes, to the end
 *
 *  key of an expiry     0x81 (1) · expiresAtMillis (8) · version (8) · bucketId (4), big-endian · the object's key
 *  value of an expiry   empty
 *
 *  key of the state     0x01, in the column family "state"
 *  value of the state   format version (4, 1) · position (8) · sequence (8), little-endian
 * </pre>
 */
public final class DirectoryFormat {
    static final int VERSION = 1;

    private static final byte[] STATE_KEY = {1};
    private static final int STATE_SIZE = Integer.BYTES + 2 * Long.BYTES;
    private static final int EXPIRES = 1;
    private static final int MARKER = 2;
    private static final byte EXPIRY = (byte) 0x81;
    private static final int EXPIRY_HEAD_SIZE = 1 + 2 * Long.BYTES;
    private static final int TIME_SHIFT = 16;
    private static final int VALUE_HEAD_SIZE = 1 + Long.BYTES + Sha256.SIZE;
    private static final int VALUE_SIZE_MAX = VALUE_HEAD_SIZE + 3 * Varint.SIZE_MAX;

    private DirectoryFormat() {}

    /** Not above any entry's key. */
    public static byte[] firstKey() {
        return new byte[Integer.BYTES];
    }

    /** Above every entry's key, and every expiry's. */
    public static byte[] endKey() {
        return new byte[] {(byte) 0x82};
    }

    /** Bytes of an entry's key. */
    public static int keySize(ByteBuffer key) {
        return Integer.BYTES + key.remaining();
    }

    /** Puts an entry's key; the key's buffer is left as it was. */
    public static void putKey(ByteBuffer target, int bucketId, ByteBuffer key) {
        target.order(ByteOrder.BIG_ENDIAN).putInt(bucketId);
        int size = key.remaining();
        target.put(target.position(), key, key.position(), size);
        target.position(target.position() + size);
    }

    /** An entry's key. */
    public static byte[] key(int bucketId, ByteBuffer key) {
        ByteBuffer bytes = ByteBuffer.allocate(keySize(key));
        putKey(bytes, bucketId, key);
        return bytes.array();
    }

    /** The object's key in an entry's key. */
    public static ByteBuffer objectKey(byte[] key) {
        return ByteBuffer.wrap(key, Integer.BYTES, key.length - Integer.BYTES)
                .slice()
                .asReadOnlyBuffer();
    }

    /** The least key that is above all keys of the bucket. */
    public static byte[] bucketEnd(int bucketId) {
        byte[] first = key(bucketId, ByteBuffer.allocate(0));
        return prefixEnd(first, first.length);
    }

    /** The least key that is above all keys with these first bytes. */
    public static byte[] prefixEnd(byte[] key, int size) {
        for (int last = size - 1; last >= 0; last--) {
            if (key[last] != (byte) 0xFF) {
                byte[] end = Arrays.copyOf(key, last + 1);
                end[last]++;
                return end;
            }
        }
        throw new AssertionError("a key begins with a bucket's id, which is not all ones");
    }

    /** Bytes of an entry's value, at most. */
    public static int valueSizeMax(DirectoryEntry entry) {
        return VALUE_SIZE_MAX + entry.attributes().remaining();
    }

    /** Puts an entry's value. */
    public static void putValue(ByteBuffer target, DirectoryEntry entry) {
        target.put((byte) ((entry.expiresAtMillis().isPresent() ? EXPIRES : 0) | (entry.marker() ? MARKER : 0)));
        target.order(ByteOrder.BIG_ENDIAN).putLong(entry.version());
        entry.sha256().writeTo(target);
        Varint.put(target, entry.contentSize());
        Varint.putSigned(target, entry.timeMillis() - (entry.version() >> TIME_SHIFT));
        if (entry.expiresAtMillis().isPresent()) {
            Varint.putSigned(target, entry.expiresAtMillis().getAsLong() - entry.timeMillis());
        }
        ByteBuffer attributes = entry.attributes();
        int size = attributes.remaining();
        target.put(target.position(), attributes, attributes.position(), size);
        target.position(target.position() + size);
    }

    /**
     * Reads an entry.
     *
     * @throws CorruptionException when the bytes are not one
     */
    public static DirectoryEntry entry(byte[] key, byte[] value) {
        ByteBuffer bytes = ByteBuffer.wrap(value);
        try {
            int flags = bytes.get();
            Check.intact((flags & ~(EXPIRES | MARKER)) == 0, "a directory entry has unknown flags");
            long version = bytes.getLong();
            Check.intact(bytes.remaining() >= Sha256.SIZE, "a directory entry is cut off");
            Sha256 sha256 = Sha256.read(bytes);
            long contentSize = Varint.get(bytes);
            long timeMillis = Varint.getSigned(bytes) + (version >> TIME_SHIFT);
            OptionalLong expiresAtMillis = (flags & EXPIRES) != 0
                    ? OptionalLong.of(Varint.getSigned(bytes) + timeMillis)
                    : OptionalLong.empty();
            return new DirectoryEntry(
                    ByteBuffer.wrap(key).getInt(),
                    objectKey(key),
                    version,
                    contentSize,
                    timeMillis,
                    sha256,
                    expiresAtMillis,
                    bytes.slice().asReadOnlyBuffer(),
                    (flags & MARKER) != 0);
        } catch (BufferUnderflowException e) {
            throw new CorruptionException("a directory entry is cut off", e);
        }
    }

    /** Whether an entry with this value may have expired: then it must be read to know. */
    public static boolean expires(byte[] value) {
        return value.length > 0 && (value[0] & EXPIRES) != 0;
    }

    /** Whether an entry with this value is a delete marker. */
    public static boolean marker(byte[] value) {
        return value.length > 0 && (value[0] & MARKER) != 0;
    }

    /** Bytes of an expiry's key. */
    static int expirySize(DirectoryExpiry expiry) {
        return EXPIRY_HEAD_SIZE + keySize(expiry.key());
    }

    /** Puts an expiry's key. */
    static void putExpiry(ByteBuffer target, DirectoryExpiry expiry) {
        target.order(ByteOrder.BIG_ENDIAN).put(EXPIRY).putLong(expiry.expiresAtMillis());
        target.putLong(expiry.version());
        putKey(target, expiry.bucketId(), expiry.key());
    }

    /** The least key of an expiry at this time or later. */
    public static byte[] expiryFrom(long timeMillis) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(EXPIRY)
                .putLong(timeMillis)
                .array();
    }

    /** Reads an expiry. */
    public static DirectoryExpiry expiry(byte[] key) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(key);
            Check.intact(bytes.get() == EXPIRY, "a directory's expiry is none");
            return new DirectoryExpiry(
                    bytes.getLong(),
                    bytes.getLong(),
                    bytes.getInt(),
                    bytes.slice().asReadOnlyBuffer());
        } catch (BufferUnderflowException e) {
            throw new CorruptionException("a directory's expiry is cut off", e);
        }
    }

    /** The key of the state. */
    public static byte[] stateKey() {
        return STATE_KEY.clone();
    }

    /** The value of the state. */
    public static byte[] state(DirectoryCheckpoint checkpoint) {
        return ByteBuffer.allocate(STATE_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(VERSION)
                .putLong(checkpoint.position())
                .putLong(checkpoint.sequence())
                .array();
    }

    /**
     * Reads the state.
     *
     * @throws CorruptionException when the bytes are not one, or of a later version
     */
    public static DirectoryCheckpoint checkpoint(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(state.length >= Integer.BYTES, "the directory's state is cut off");
        int version = bytes.getInt();
        if (version > VERSION) {
            throw new CorruptionException("the directory was written by a newer Hayloft").with("version", version);
        }
        Check.intact(version == VERSION && state.length == STATE_SIZE, "the directory's state is damaged");
        return new DirectoryCheckpoint(bytes.getLong(), bytes.getLong());
    }
}
