package dev.hayloft.index;

import java.nio.ByteBuffer;

/**
 * A version and when it ends.
 *
 * @param expiresAtMillis from when it is not shown any more
 * @param version its number
 * @param bucketId the bucket
 * @param key as in {@link DirectoryEntry}
 */
public record DirectoryExpiry(long expiresAtMillis, long version, int bucketId, ByteBuffer key) {}
