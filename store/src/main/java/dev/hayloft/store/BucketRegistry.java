package dev.hayloft.store;

import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.Compressors;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.Partition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/**
 * The buckets: a view over the system partition's records, and the only way to change them.
 *
 * <p><i>Threads:</i> finding any; changes one at a time, by the registry's lock, which is held while the disk is waited
 * for: they are rare.
 */
final class BucketRegistry {
    static final int BUCKETS_MAX = 1_000_000;

    static final String IDS = "counter/bucket-ids";
    private static final String DELETING = "deleting/";

    private final SystemRecords records;
    private final List<Partition> partitions;
    private final Compressors compressors;
    private final BucketKeys keys;
    private final DictionaryTraining dictionaries;
    private final InstantSource clock;
    private final Executor background;
    private final ConcurrentHashMap<BucketName, BucketState> buckets = new ConcurrentHashMap<>();
    private final Set<Integer> livingIds = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<Integer, BucketState> byId = new ConcurrentHashMap<>();
    private int lastId;

    private BucketRegistry(
            SystemRecords records,
            List<Partition> partitions,
            Compressors compressors,
            BucketKeys keys,
            DictionaryTraining dictionaries,
            InstantSource clock,
            Executor background) {
        this.records = records;
        this.partitions = partitions;
        this.compressors = compressors;
        this.keys = keys;
        this.dictionaries = dictionaries;
        this.clock = clock;
        this.background = background;
    }

    static BucketRegistry open(
            SystemRecords records,
            List<Partition> partitions,
            Compressors compressors,
            BucketKeys keys,
            InstantSource clock,
            Executor background) {
        DictionaryTraining dictionaries = new DictionaryTraining(DictionaryRecords.open(records), clock);
        BucketRegistry registry =
                new BucketRegistry(records, partitions, compressors, keys, dictionaries, clock, background);
        registry.lastId = lastGiven(records);
        BucketRecords.readAll(records).forEach(registry::add);
        return registry;
    }

    /** The last id that was ever given. */
    static int lastGiven(SystemRecords records) {
        return records.readNeeded(IDS)
                .map(fields -> Integer.parseInt(fields.getProperty("last")))
                .orElse(0);
    }

    private void add(Bucket bucket) {
        lastId = Math.max(lastId, bucket.id()); // Should the counter be lost.
        Partition partition = partitions.get(Slots.partitionOf(bucket.id(), partitions.size()));
        livingIds.add(bucket.id());
        BucketContent content = new BucketContent(compressors, dictionaries.of(bucket.id()));
        keys.unlock(bucket.id(), content);
        BucketState state = new BucketState(bucket, partition, content);
        byId.put(bucket.id(), state);
        buckets.put(bucket.name(), state);
    }

    /**
     * Goes on with deletions that a stop cut off; one that still has its bucket's record never happened. Nothing else
     * goes: that a bucket is not known is no proof that it was deleted.
     */
    void finishDeletions() {
        if (records.mayBeMissing()) {
            return; // A bucket's record may be among what is lost; a start behind the repair goes on.
        }
        for (String name : records.names(DELETING)) {
            int bucketId = Integer.parseInt(name.substring(DELETING.length()));
            if (livingIds.contains(bucketId)) {
                records.delete(name);
            } else {
                keys.drop(bucketId);
                dictionaries.records().drop(bucketId);
                drop(partitions.get(Slots.partitionOf(bucketId, partitions.size())), bucketId);
            }
        }
    }

    private void drop(Partition partition, int bucketId) {
        background.execute(() -> {
            if (partition.dropBucket(bucketId)) {
                records.delete(DELETING + bucketId);
            }
        });
    }

    Optional<BucketState> find(BucketName name) {
        return Optional.ofNullable(buckets.get(name));
    }

    /** The gate of a bucket that exists; any thread. */
    Optional<BucketGate> gate(int bucketId) {
        return Optional.ofNullable(byId.get(bucketId)).map(BucketState::gate);
    }

    /** What the content of all buckets got shorter by since the start. */
    StoreStatus.CompressionFigures compression() {
        return new StoreStatus.CompressionFigures(
                compressors.contentBytes(), compressors.storedBytes(), dictionaries.trained());
    }

    /** Makes and loads what dictionaries its buckets need, in the background. */
    void tendDictionaries() {
        dictionaries.start(id -> Optional.ofNullable(byId.get(id)), background);
    }

    /** The same here and now. */
    void tendDictionariesAtOnce() {
        dictionaries.run(id -> Optional.ofNullable(byId.get(id)));
    }

    /** The bucket, or {@code no-such-bucket}. */
    BucketState require(BucketName name) {
        BucketState state = buckets.get(name);
        if (state == null) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "There is no bucket of this name.")
                    .with("bucket", name);
        }
        return state;
    }

    List<Bucket> all() {
        return buckets.values().stream()
                .map(BucketState::bucket)
                .sorted(Comparator.comparing(Bucket::name))
                .toList();
    }

    /** Names of the buckets of a partition, by id. */
    Map<Integer, String> names(Partition partition) {
        Map<Integer, String> names = new TreeMap<>();
        for (BucketState bucket : buckets.values()) {
            if (bucket.partition() == partition) {
                names.put(bucket.id(), bucket.bucket().name().toString());
            }
        }
        return names;
    }

    int count() {
        return buckets.size();
    }

    /** Whether a bucket of this id exists, or its record may be among damaged ones; any thread. */
    boolean isLiving(int bucketId) {
        return livingIds.contains(bucketId) || records.mayBeMissing();
    }

    /** Whether keys of a bucket may have more than one version; of one that is not known, too. Any thread. */
    boolean mayHaveOlder(int bucketId) {
        BucketState bucket = byId.get(bucketId);
        return bucket == null || bucket.gate().rules().mayHaveOlder();
    }

    /** A needle's content as its bucket stores such content now, where that is shorter; any thread. */
    Optional<Encoded> shorter(int bucketId, NeedleView needle) {
        return Optional.ofNullable(byId.get(bucketId)).flatMap(bucket -> bucket.content()
                .shorter(bucket.bucket().settings().compression(), needle));
    }

    synchronized CreatedBucket create(BucketName name, BucketSettings settings) {
        BucketState existing = buckets.get(name);
        if (existing != null) {
            return new CreatedBucket(existing.bucket(), false);
        }
        if (buckets.size() >= BUCKETS_MAX) {
            throw new CapacityException(ErrorCode.QUOTA_EXCEEDED, "The store has as many buckets as it may.")
                    .with("buckets", BUCKETS_MAX);
        }
        int id = lastId + 1;
        Bucket bucket = new Bucket(name, id, Instant.ofEpochMilli(clock.millis()), settings);
        records.together(() -> {
            records.write(IDS, Map.of("last", Integer.toString(id))); // First, so that an id never comes twice.
            lastId = id;
            if (settings.encrypt()) {
                keys.require(id);
            }
            records.write(BucketRecords.PREFIX + name, BucketRecords.encode(bucket));
        });
        add(bucket);
        return new CreatedBucket(bucket, true);
    }

    synchronized Bucket update(BucketName name, UnaryOperator<BucketSettings> change) {
        BucketState state = require(name);
        Bucket before = state.bucket();
        BucketSettings settings = change.apply(before.settings());
        if (!settings.equals(before.settings())) {
            Bucket after = new Bucket(name, before.id(), before.createdAt(), settings);
            records.together(() -> {
                if (settings.encrypt() && !before.settings().encrypt()) {
                    keys.require(before.id());
                    keys.unlock(before.id(), state.content());
                    state.content().requireKey();
                }
                records.write(BucketRecords.PREFIX + name, BucketRecords.encode(after));
            });
            state.replace(after);
        }
        return state.bucket();
    }

    /**
     * Closes the gate, waits until what was let in is published, then looks whether the bucket is empty: nobody can
     * slip in between.
     */
    synchronized void delete(BucketName name, boolean force) {
        BucketState state = require(name);
        Partition partition = state.partition();
        state.gate().close();
        boolean deleted = false;
        try {
            Futures.await(partition.barrier(Durability.MEMORY));
            Futures.await(partition.whenListed());
            if (!force && !partition.directory().isEmpty(state.id())) {
                throw new RequestException(
                                ErrorCode.BUCKET_NOT_EMPTY,
                                "The bucket still has objects; delete them first, or force the deletion.")
                        .with("bucket", name);
            }
            records.together(() -> {
                records.write(DELETING + state.id(), Map.of()); // So that a start goes on if this process ends here.
                records.delete(BucketRecords.PREFIX + name);
            });
            deleted = true;
        } finally {
            if (!deleted) {
                state.gate().reopen();
            }
        }
        buckets.remove(name);
        byId.remove(state.id());
        livingIds.remove(state.id());
        keys.drop(state.id());
        dictionaries.records().drop(state.id());
        drop(partition, state.id());
    }
}
