package dev.hayloft.index;

import java.nio.ByteBuffer;

/** One step of the directory, in the order of the partition's sequences. */
public sealed interface DirectoryChange {
    /** Place in the partition's log. */
    long sequence();

    /** The key has this newest version now; if it expires, it will be among the {@link Directory#expired} from then. */
    record Put(DirectoryEntry entry, long sequence) implements DirectoryChange {}

    /** The key has nothing to show any more. The buffer as in {@link DirectoryEntry}. */
    record Delete(int bucketId, ByteBuffer key, long sequence) implements DirectoryChange {}

    /** A version that expires is there, though not as the newest of its key. */
    record Expires(DirectoryExpiry expiry, long sequence) implements DirectoryChange {}

    /** A version that expires is gone: nobody waits for its time any more. */
    record Expired(DirectoryExpiry expiry, long sequence) implements DirectoryChange {}
}
