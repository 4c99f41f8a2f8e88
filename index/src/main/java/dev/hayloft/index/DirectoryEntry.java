package dev.hayloft.index;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * What a listing shows of a key's newest version.
 *
 * <p>The buffers are read-only to everybody, from position to limit. Of an entry that is submitted their bytes must not
 * change until it is applied; those of an entry that is answered belong to the receiver.
 *
 * @param bucketId the bucket, 0..2^31-1
 * @param key UTF-8, 1..1024 bytes
 * @param version the version's number
 * @param contentSize bytes of the object as written, at least 0
 * @param timeMillis when it was stamped, milliseconds since 1970
 * @param sha256 the digest behind its ETag
 * @param expiresAtMillis from when it is not shown any more
 * @param attributes encoded by the log room, opaque here; may be empty
 * @param marker whether it is a delete marker, which listings of objects pass over
 */
public record DirectoryEntry(
        int bucketId,
        ByteBuffer key,
        long version,
        long contentSize,
        long timeMillis,
        Sha256 sha256,
        OptionalLong expiresAtMillis,
        ByteBuffer attributes,
        boolean marker) {
    private static final Sha256 NO_DIGEST = new Sha256(0, 0, 0, 0);

    /** Of an object. */
    public DirectoryEntry(
            int bucketId,
            ByteBuffer key,
            long version,
            long contentSize,
            long timeMillis,
            Sha256 sha256,
            OptionalLong expiresAtMillis,
            ByteBuffer attributes) {
        this(bucketId, key, version, contentSize, timeMillis, sha256, expiresAtMillis, attributes, false);
    }

    /** Of a delete marker. */
    public static DirectoryEntry marker(int bucketId, ByteBuffer key, long version, long timeMillis) {
        return new DirectoryEntry(
                bucketId,
                key,
                version,
                0,
                timeMillis,
                NO_DIGEST,
                OptionalLong.empty(),
                ByteBuffer.allocate(0).asReadOnlyBuffer(),
                true);
    }
}
