package dev.hayloft.store;

import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionConfig;
import dev.hayloft.store.partition.Recovery;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/** Opens all partitions at once: each has its own files, and a start waits for the slowest only. */
final class PartitionsOpening {
    private PartitionsOpening() {}

    /**
     * Opens them.
     *
     * @param opened gets those that are open, also when one of the others cannot be
     */
    static void open(
            List<PartitionConfig> configs,
            Recovery.Context context,
            KnownBuckets buckets,
            Executor executor,
            List<Partition> opened) {
        List<CompletableFuture<Partition>> starts = new ArrayList<>();
        for (PartitionConfig config : configs) {
            starts.add(CompletableFuture.supplyAsync(() -> Recovery.open(config, context, buckets::mayLive), executor));
        }
        Optional<RuntimeException> failure = Optional.empty();
        for (CompletableFuture<Partition> start : starts) {
            try {
                opened.add(Futures.await(start));
            } catch (HayloftException | CompletionException e) {
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
        buckets.requireGiven(opened);
    }
}
