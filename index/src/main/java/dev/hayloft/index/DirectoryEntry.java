package dev.hayloft.index;

import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * What a listing shows of an object's newest version.
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
 */
public record DirectoryEntry(
        int bucketId,
        ByteBuffer key,
        long version,
        long contentSize,
        long timeMillis,
        Sha256 sha256,
        OptionalLong expiresAtMillis,
        ByteBuffer attributes) {}
