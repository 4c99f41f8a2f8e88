package dev.hayloft.store.partition;

import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/**
 * Takes out versions whose time is over. Readers do not see them any more in any case; the sweep makes it true in the
 * log, for figures, the change feed and compaction. Which ones are due the directory knows.
 *
 * <p><i>Threads:</i> any; one sweep at a time.
 */
public final class ExpirySweep {
    private static final Logger LOG = System.getLogger(ExpirySweep.class.getName());
    private static final int BATCH = 500;
    private static final int BATCHES_MAX = 100;

    private final Partition partition;
    private final IntFunction<Optional<BucketGate>> gates;
    private final InstantSource clock;
    private final LongAdder swept = new LongAdder();

    /**
     * A sweep of a partition.
     *
     * @param gates of the buckets that exist, by id
     */
    public ExpirySweep(Partition partition, IntFunction<Optional<BucketGate>> gates, InstantSource clock) {
        this.partition = partition;
        this.gates = gates;
        this.clock = clock;
    }

    /** Versions taken out since the start. */
    public long swept() {
        return swept.sum();
    }

    /** Takes out what is due, some ten thousand at the most; blocks until that is published. */
    public synchronized void run() {
        for (int batch = 0; batch < BATCHES_MAX && isWorking(); batch++) {
            List<DirectoryExpiry> due = partition.directory().expired(clock.millis(), BATCH);
            if (due.isEmpty() || !sweep(due)) {
                return;
            }
            partition.whenListed().toCompletableFuture().join();
        }
    }

    private boolean isWorking() {
        return !partition.isStopping() && partition.problem().isEmpty();
    }

    /** Whether all of it is done. */
    private boolean sweep(List<DirectoryExpiry> due) {
        Map<DirectoryExpiry, CompletableFuture<Mutation.Outcome>> ends = new LinkedHashMap<>();
        List<DirectoryExpiry> stale = new ArrayList<>();
        for (DirectoryExpiry expiry : due) {
            gates.apply(expiry.bucketId())
                    .ifPresentOrElse(gate -> ends.put(expiry, end(gate, expiry)), () -> stale.add(expiry));
        }
        boolean done = true;
        for (Map.Entry<DirectoryExpiry, CompletableFuture<Mutation.Outcome>> end : ends.entrySet()) {
            try {
                Mutation.Outcome.Applied applied =
                        (Mutation.Outcome.Applied) end.getValue().join();
                if (applied.version() == 0) {
                    stale.add(end.getKey()); // The version had gone before.
                } else {
                    swept.increment();
                }
            } catch (CompletionException e) {
                done = false;
                note(e);
            }
        }
        forget(stale);
        LOG.log(
                Level.DEBUG,
                "Partition {0}: {1} versions since the start were taken out because their time was over.",
                partition.config().name(),
                swept());
        return done;
    }

    private CompletableFuture<Mutation.Outcome> end(BucketGate gate, DirectoryExpiry expiry) {
        try {
            return partition
                    .submitPatiently(new Mutation.Delete(
                            gate,
                            partition.hasher().object(expiry.bucketId(), expiry.key()),
                            expiry.key(),
                            Mutation.ANY,
                            Durability.MEMORY,
                            Mutation.Scope.EXPIRED,
                            expiry.version()))
                    .toCompletableFuture();
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static void note(CompletionException failure) {
        boolean ordinary = failure.getCause() instanceof HayloftException cause
                && (cause.code() == ErrorCode.NO_SUCH_BUCKET || cause.code() == ErrorCode.UNAVAILABLE);
        if (!ordinary) {
            LOG.log(
                    Level.DEBUG,
                    "A version whose time is over could not be taken out; it will be tried again.",
                    failure);
        }
    }

    private void forget(List<DirectoryExpiry> stale) {
        if (!stale.isEmpty()) {
            partition.exclusively(() -> {
                List<DirectoryChange> changes = new ArrayList<>();
                stale.forEach(
                        expiry -> changes.add(new DirectoryChange.Expired(expiry, partition.publishedSequence())));
                partition.directory().submit(changes, partition.publishedSequence(), partition.publishedPosition());
            });
        }
    }
}
