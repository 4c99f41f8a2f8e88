package dev.hayloft.store.partition;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Where the writers of all partitions wait for each other, so that no write behind the cut is answered before every
 * partition has made it: then the cut splits no chain of cause and effect.
 *
 * <p><i>Threads:</i> any.
 */
final class CutGate {
    private static final long PATIENCE_SECONDS = 5;

    private final CountDownLatch missing;
    private volatile boolean broken; // Set by whoever did not wait to the end, and by whoever fails.

    CutGate(int partitions) {
        missing = new CountDownLatch(partitions);
    }

    /** One partition has made the cut; waits for the others, but not for ever. */
    void arrive() {
        missing.countDown();
        try {
            if (!missing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                broken = true;
            }
        } catch (InterruptedException e) {
            broken = true;
            Thread.currentThread().interrupt();
        }
    }

    /** One partition will not make the cut: nobody waits for it, nor for the others. */
    void fail() {
        broken = true;
        while (missing.getCount() > 0) {
            missing.countDown();
        }
    }

    /** Whether some writer went on before all had arrived, or did not arrive at all. */
    boolean isBroken() {
        return broken;
    }
}
