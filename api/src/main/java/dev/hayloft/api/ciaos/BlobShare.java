package dev.hayloft.api.ciaos;

import dev.hayloft.api.http.ByteBudget;

/**
 * What the list of a value's blobs has of the memory of all bodies: a few bytes of a body, or of what is kept, can name
 * a million of them. Used by one thread at a time.
 */
final class BlobShare implements AutoCloseable {
    /** Blobs that are not counted. */
    private static final int FREE = 1000;

    /** Where each stands and how long it is, and the same once more while that is found out. */
    private static final long BLOB_BYTES = 48;

    private final ByteBudget budget;
    private long taken;

    BlobShare(ByteBudget budget) {
        this.budget = budget;
    }

    /**
     * Takes what so many need.
     *
     * @throws dev.hayloft.model.error.CapacityException {@code too-many-requests} when there is not as much left
     */
    void take(int blobs) {
        if (blobs > FREE) {
            budget.take(blobs * BLOB_BYTES);
            taken += blobs * BLOB_BYTES;
        }
    }

    @Override
    public void close() {
        budget.giveBack(taken);
        taken = 0;
    }
}
