package dev.hayloft.index;

import java.nio.ByteBuffer;

/** One step of the directory, in the order of the partition's sequences. */
public sealed interface DirectoryChange {
    /** Place in the partition's log. */
    long sequence();

    /** The key has this newest version now. */
    record Put(DirectoryEntry entry, long sequence) implements DirectoryChange {}

    /** The key has nothing to show any more. The buffer as in {@link DirectoryEntry}. */
    record Delete(int bucketId, ByteBuffer key, long sequence) implements DirectoryChange {}
}
