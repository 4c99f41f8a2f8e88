package dev.hayloft.store;

import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.content.BucketDictionaries;
import dev.hayloft.store.content.DictionaryFacts;
import dev.hayloft.store.content.DictionaryWatch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/**
 * Makes the dictionaries of all buckets, one after another, in the background, and loads those that are needed.
 *
 * <p><i>Threads:</i> any; one at a time looks after buckets.
 */
final class DictionaryTraining implements DictionaryWatch {
    private static final Logger LOG = System.getLogger(DictionaryTraining.class.getName());

    /** Of samples of all buckets. */
    private static final long SAMPLE_BYTES_MAX = 32 << 20;

    /** Dictionaries in memory, of some 140 KiB at most. */
    private static final int LOADED_MAX = 512;

    private final DictionaryRecords records;
    private final InstantSource clock;
    private final Set<BucketDictionaries> looked = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<BucketDictionaries> loaded = new ConcurrentLinkedQueue<>();
    private final AtomicInteger loadedCount = new AtomicInteger();
    private final AtomicLong sampleBytes = new AtomicLong();
    private final AtomicLong trained = new AtomicLong();
    private final AtomicBoolean isRunning = new AtomicBoolean();

    DictionaryTraining(DictionaryRecords records, InstantSource clock) {
        this.records = records;
        this.clock = clock;
    }

    /** The dictionaries of a bucket; of one whose facts are lost none, and none are made. */
    BucketDictionaries of(int bucketId) {
        if (records.areLost(bucketId)) {
            return BucketDictionaries.none(bucketId);
        }
        return new BucketDictionaries(bucketId, records.facts(bucketId), records, this);
    }

    DictionaryRecords records() {
        return records;
    }

    /** Dictionaries that came into use since the start. */
    long trained() {
        return trained.get();
    }

    @Override
    public void look(BucketDictionaries bucket) {
        looked.add(bucket);
    }

    @Override
    public boolean admitSample(int sizeBytes) {
        if (sampleBytes.addAndGet(sizeBytes) <= SAMPLE_BYTES_MAX) {
            return true;
        }
        sampleBytes.addAndGet(-sizeBytes);
        return false;
    }

    @Override
    public void releaseSamples(long sizeBytes) {
        sampleBytes.addAndGet(-sizeBytes);
    }

    @Override
    public void loaded(BucketDictionaries bucket) {
        loaded.add(bucket);
        if (loadedCount.incrementAndGet() > LOADED_MAX) {
            BucketDictionaries oldest = loaded.poll();
            loadedCount.decrementAndGet();
            if (oldest != null) {
                oldest.unload();
            }
        }
    }

    /** Looks after all buckets that asked for it, on the executor, unless that is still going on. */
    void start(IntFunction<Optional<BucketState>> buckets, Executor background) {
        if (!looked.isEmpty() && isRunning.compareAndSet(false, true)) {
            boolean started = false;
            try {
                background.execute(() -> {
                    try {
                        run(buckets);
                    } finally {
                        isRunning.set(false);
                    }
                });
                started = true;
            } finally {
                if (!started) {
                    isRunning.set(false);
                }
            }
        }
    }

    /** Looks after all buckets that asked for it. */
    synchronized void run(IntFunction<Optional<BucketState>> buckets) {
        long now = clock.millis();
        for (BucketDictionaries bucket : List.copyOf(looked)) { // Each once: those that go on are in it again.
            Optional<BucketState> state = buckets.apply(bucket.bucketId());
            looked.remove(bucket); // First, so that who asks from now on is not missed.
            if (state.isPresent()) {
                tend(state.get(), bucket, now);
            } else {
                bucket.forgetSamples(Long.MAX_VALUE);
            }
        }
    }

    private void tend(BucketState bucket, BucketDictionaries dictionaries, long now) {
        try {
            bucket.content().loadDictionaries();
        } catch (HayloftException e) {
            warn(bucket, e);
        }
        try {
            if (dictionaries.isDue(now)) {
                BucketSettings settings = bucket.bucket().settings();
                bucket.content()
                        .train(settings.compression(), settings.encrypt(), records, now)
                        .ifPresent(facts -> tell(bucket, facts));
            } else if (sampleBytes.get() > SAMPLE_BYTES_MAX / 2) {
                dictionaries.forgetSamples(now);
            }
        } catch (HayloftException e) {
            warn(bucket, e);
        }
        if (dictionaries.isCollecting()) {
            looked.add(dictionaries);
        }
    }

    private static void warn(BucketState bucket, HayloftException reason) {
        LOG.log(
                Level.WARNING,
                "A dictionary of bucket " + bucket.bucket().name() + " could not be made or loaded.",
                reason);
    }

    private void tell(BucketState bucket, DictionaryFacts facts) {
        trained.incrementAndGet();
        LOG.log(
                Level.INFO,
                "Dictionary {0} of bucket {1} is in use: {2} bytes, small objects {3} times smaller than without.",
                facts.number(),
                bucket.bucket().name(),
                facts.sizeBytes(),
                "%.1f".formatted(facts.trial().gain()));
    }
}
