package dev.hayloft.api.data;

import dev.hayloft.api.http.ByteBudget;

/**
 * What one stream of records has of the memory of all bodies: a share of its own, and what a record that is larger
 * holds until its end has come.
 *
 * <p><i>Threads:</i> any.
 */
final class StreamShare {
    /** What a stream may always have in memory. */
    static final long BYTES = 1L << 20;

    private final ByteBudget budget;
    private long taken; // Guarded by this.
    private boolean closed; // As well.

    StreamShare(ByteBudget budget) {
        this.budget = budget;
    }

    /**
     * Takes or gives back, so that as much is taken as is held, and the share at least.
     *
     * @throws dev.hayloft.model.error.CapacityException {@code too-many-requests} when there is not as much left
     */
    synchronized void hold(long bytes) {
        long wanted = Math.max(BYTES, bytes);
        if (closed || wanted == taken) {
            return; // Whoever reads behind the end hears of it elsewhere.
        }
        if (wanted > taken) {
            budget.take(wanted - taken);
        } else {
            budget.giveBack(taken - wanted);
        }
        taken = wanted;
    }

    /** Gives all back, for good. */
    synchronized void close() {
        closed = true;
        budget.giveBack(taken);
        taken = 0;
    }
}
