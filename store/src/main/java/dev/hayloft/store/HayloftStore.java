package dev.hayloft.store;

import dev.hayloft.index.KeyHasher;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.content.Compressors;
import dev.hayloft.store.encryption.MasterKeys;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.DiskGuard;
import dev.hayloft.store.folder.Disks;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.RunMark;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.job.JobScheduler;
import dev.hayloft.store.partition.ExpirySweep;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.store.partition.VersionClock;
import dev.hayloft.store.upkeep.UpkeepJobs;
import dev.hayloft.store.upkeep.UpkeepSchedule;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The store on a data folder: opens it, wires its parts, closes it.
 *
 * <p><i>Threads:</i> as {@link ObjectStore} says.
 */
public final class HayloftStore implements ObjectStore {
    private static final Logger LOG = System.getLogger(HayloftStore.class.getName());
    private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);
    private static final Duration COMPACTION_LOOK = Duration.ofSeconds(5);

    private final DataFolder folder;
    private final StoreKey key;
    private final Partition system;
    private final List<Partition> partitions;
    private final VersionReservation reservation;
    private final BucketRegistry buckets;
    private final ObjectReads reads;
    private final ObjectWrites writes;
    private final ObjectVerbs verbs;
    private final Listings listings;
    private final VersionListings versionListings;
    private final List<ExpirySweep> sweeps;
    private final ChangeFeed feed;
    private final StoreFigures figures;
    private final StoreCompaction compaction;
    private final UpkeepJobs upkeep;
    private final JobScheduler jobs;
    private final StoreRecords records;
    private final SystemRecords systemRecords;
    private final StoreThreads threads;
    private final LiveProducers producers = new LiveProducers();
    private final RecordGroups groups;
    private final Compressors compressors = new Compressors();
    private final Set<ExtentUpload> uploads = ConcurrentHashMap.newKeySet();
    private volatile boolean closed; // Set once by close.

    private HayloftStore(Opening opening, StoreConfig config, InstantSource clock) {
        this.folder = opening.folder;
        this.key = opening.key;
        this.threads = opening.threads;
        this.system = opening.system.orElseThrow();
        this.partitions = List.copyOf(opening.partitions);
        this.reservation = opening.reservation.orElseThrow();
        this.buckets = BucketRegistry.open(
                opening.records(),
                partitions,
                compressors,
                BucketKeys.open(opening.records(), opening.masters),
                clock,
                threads.background());
        DiskGuard disk = opening.disk;
        this.reads = new ObjectReads(buckets, clock);
        this.groups = new RecordGroups(PartitionSettings.hasher(key));
        this.writes = new ObjectWrites(buckets, reads, disk, threads.reading(), clock);
        this.verbs = new StoreVerbs(buckets, reads, writes, threads, clock, uploads);
        this.listings = new Listings(buckets, threads.reading(), clock);
        this.versionListings = new VersionListings(buckets, threads.reading(), clock);
        this.sweeps = partitions.stream()
                .map(partition -> new ExpirySweep(partition, buckets::gate, clock))
                .toList();
        this.feed = new ChangeFeed(buckets, ChangeCursors.of(key, folder.incarnation()));
        this.figures = new StoreFigures(folder, disk, buckets, partitions);
        this.upkeep = new UpkeepJobs(
                system,
                partitions,
                opening.config.parity(),
                opening.config.reserveBytes(),
                clock,
                buckets::names,
                opening.records().keeper()::restoreDamaged);
        this.compaction = new StoreCompaction(system, partitions, buckets, disk, config, clock);
        this.jobs = JobScheduler.start(
                new StoreJobs(system, partitions, buckets).tasks(compaction, backup(clock), upkeep),
                StoreJobs.archive(opening.records()),
                clock,
                folder.incarnation().toString());
        opening.jobs = Optional.of(jobs);
        this.systemRecords = opening.records();
        this.records = new FrontRecords(systemRecords);
    }

    private Backup backup(InstantSource clock) {
        List<Partition> all = new ArrayList<>(partitions);
        all.add(0, system);
        return new Backup(folder, all, clock);
    }

    /** What has been opened so far, in order, so that a failed start closes it again. */
    private static final class Opening {
        private final StoreConfig config;
        private final Disks disks;
        private final DataFolder folder;
        private final StoreKey key;
        private final DiskGuard disk;
        private final StoreThreads threads;
        private final MasterKeys masters;
        private final List<Partition> partitions = new ArrayList<>();
        private Optional<Partition> system = Optional.empty();
        private Optional<SystemRecords> records = Optional.empty();
        private Optional<VersionReservation> reservation = Optional.empty();
        private Optional<JobScheduler> jobs = Optional.empty();

        Opening(StoreConfig config, MasterKeys masters, DataFolder folder, StoreKey key, StoreThreads threads) {
            this.config = config;
            this.disks = Disks.open(config.data(), config.parity().disks(), folder.storeId());
            this.folder = folder;
            this.key = key;
            this.disk = new DiskGuard(disks.roots(), config.reserveBytes());
            this.threads = threads;
            this.masters = masters;
        }

        SystemRecords records() {
            return records.orElseThrow();
        }

        void abandon() {
            ClosingSteps steps = new ClosingSteps();
            jobs.ifPresent(scheduler -> steps.take(scheduler::close)); // First: what goes on needs the partitions.
            partitions.forEach(partition -> steps.take(partition::close));
            system.ifPresent(partition -> steps.take(partition::close));
            steps.take(threads::close);
        }
    }

    /**
     * Opens a folder, recovering what the last process left; makes it when it is absent. Returns once it can serve.
     *
     * @param clock stamps what is written, usually {@code Clock.systemUTC()}
     * @throws StoreClosedException when another process has it open, or a newer Hayloft wrote it
     */
    public static HayloftStore open(StoreConfig config, InstantSource clock) {
        MasterKeys masters = MasterKeys.read(config.encryption()); // First: nothing was touched yet.
        DataFolder folder = DataFolder.open(config.data(), config.partitions(), clock);
        Optional<Opening> opening = Optional.empty();
        boolean opened = false;
        try {
            opening = Optional.of(new Opening(config, masters, folder, folder.openKey(), new StoreThreads()));
            HayloftStore store = open(config, clock, opening.get());
            opened = true;
            return store;
        } finally {
            if (!opened) {
                opening.ifPresent(Opening::abandon);
                folder.close();
            }
        }
    }

    private static HayloftStore open(StoreConfig config, InstantSource clock, Opening opening) {
        RunMark.LastStop lastStop = RunMark.lastStop(config.data());
        RunMark.markOpening(config.data(), lastStop);
        KeyHasher hasher = PartitionSettings.hasher(opening.key);
        VersionClock versions = PartitionSettings.unboundedVersions(clock);
        Partition system = Recovery.open(
                PartitionSettings.systemConfig(config, opening.folder),
                new Recovery.Context(lastStop, hasher, clock, versions, opening.threads.background()),
                bucketId -> true);
        opening.system = Optional.of(system);
        SystemRecords records = SystemRecords.open(
                system, versions, new RecordsCopy(config.data(), opening.key, config.reserveBytes()));
        opening.records = Optional.of(records);
        KnownBuckets known = KnownBuckets.read(records); // Before anything is written.
        VersionReservation reservation = VersionReservation.open(records, clock);
        opening.reservation = Optional.of(reservation);
        PartitionsOpening.open(
                IntStream.range(0, opening.folder.partitions())
                        .mapToObj(id -> PartitionSettings.partitionConfig(config, opening.folder, opening.disks, id))
                        .toList(),
                new Recovery.Context(lastStop, hasher, clock, reservation.versions(), opening.threads.background()),
                known,
                opening.threads.reading(),
                opening.partitions);
        if (lastStop == RunMark.LastStop.CLEAN && !known.isEmpty()) {
            opening.folder.noteKey(opening.key); // Found by the hashes of an earlier run: it is the right one.
        }
        RunMark.markRunning(config.data());
        HayloftStore store = new HayloftStore(opening, config, clock);
        opening.disks.warnAbout(config.parity().dataShards(), config.parity().parityShards());
        store.afterOpen(config, lastStop, opening.disk, clock);
        return store;
    }

    private void afterOpen(StoreConfig config, RunMark.LastStop lastStop, DiskGuard disk, InstantSource clock) {
        buckets.finishDeletions();
        threads.every(Duration.ofMillis(200), "disk space", disk::measure);
        threads.every(Duration.ofSeconds(5), "version reservation", reservation::renewIfNeeded);
        threads.every(SWEEP_INTERVAL, "dictionaries", buckets::tendDictionaries);
        threads.every(SWEEP_INTERVAL, "copy of the store's records", systemRecords.keeper()::keep);
        if (config.compaction().automatic()) {
            threads.every(COMPACTION_LOOK, "compaction", () -> compaction.submitIfWorthIt(jobs));
        }
        Duration halfSync = config.memorySync().dividedBy(2);
        threads.every(halfSync, "memory sync of the system partition", system::housekeep);
        partitions.forEach(partition -> threads.every( // Each by itself: a lost disk must not keep others from theirs.
                halfSync, "memory sync of partition " + partition.config().name(), partition::housekeep));
        sweeps.forEach(sweep -> threads.everyInTurn(SWEEP_INTERVAL, "sweep of what has expired", sweep::run));
        UpkeepSchedule schedule = new UpkeepSchedule(upkeep::hasWork, jobs, config.parity(), clock, folder.madeAt());
        threads.every(schedule.interval(), "parity and scrub", schedule::look);
        LOG.log(
                Level.INFO,
                "Opened {0}: {1} partitions, {2} buckets, {3}.",
                folder.path(),
                partitions.size(),
                buckets.count(),
                folder.isNew() ? "a new folder" : "last stop " + lastStop);
    }

    private void checkOpen() {
        if (closed) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The store is closed.");
        }
    }

    /** The store's own secret, for fronts that check secrets of users. */
    public StoreKey key() {
        return key;
    }

    @Override
    public CreatedBucket createBucket(BucketName name, BucketSettings settings) {
        checkOpen();
        return buckets.create(name, settings);
    }

    @Override
    public Optional<Bucket> findBucket(BucketName name) {
        return buckets.find(name).map(BucketState::bucket);
    }

    @Override
    public List<Bucket> buckets() {
        return buckets.all();
    }

    @Override
    public Bucket updateBucket(BucketName name, UnaryOperator<BucketSettings> change) {
        checkOpen();
        return buckets.update(name, change);
    }

    @Override
    public void deleteBucket(BucketName name, boolean force) {
        checkOpen();
        buckets.delete(name, force);
    }

    @Override
    public BucketStatistics statistics(BucketName name) {
        return figures.bucket(buckets.require(name));
    }

    @Override
    public CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content, Sha256 sha256) {
        return writes.put(request, content, sha256);
    }

    @Override
    public Upload startUpload(PutRequest request) {
        checkOpen();
        BucketState bucket = buckets.require(request.bucket());
        writes.admit(bucket, 0);
        ExtentUpload upload =
                new ExtentUpload(bucket, request, writes, ExtentUpload.put(bucket, request, writes), uploads::remove);
        uploads.add(upload);
        if (closed) { // It may have come too late for close to see it.
            upload.close();
            checkOpen();
        }
        return upload;
    }

    @Override
    public RecordStream startRecords(RecordsRequest request, RecordStream.Listener listener) {
        checkOpen();
        BucketState bucket = buckets.require(request.bucket());
        writes.admit(bucket, 0);
        request.producer().ifPresent(name -> producers.begin(bucket.id(), name));
        return new RecordIngestion(bucket, request, writes, groups, listener, () -> request.producer()
                .ifPresent(name -> producers.end(bucket.id(), name)));
    }

    @Override
    public CompletionStage<DeleteResult> delete(DeleteRequest request) {
        return writes.delete(request);
    }

    @Override
    public ObjectVerbs verbs() {
        checkOpen();
        return verbs;
    }

    @Override
    public Optional<StoredObject> read(BucketName bucket, ObjectKey objectKey) {
        checkOpen();
        return reads.read(bucket, objectKey);
    }

    @Override
    public ReadAttempt tryRead(BucketName bucket, ObjectKey objectKey) {
        return tryRead(bucket, objectKey, OptionalLong.empty());
    }

    @Override
    public ReadAttempt read(BucketName bucket, ObjectKey objectKey, OptionalLong version) {
        checkOpen();
        return reads.read(bucket, objectKey, version, true);
    }

    @Override
    public ReadAttempt tryRead(BucketName bucket, ObjectKey objectKey, OptionalLong version) {
        checkOpen();
        return reads.read(bucket, objectKey, version, false);
    }

    @Override
    public CompletionStage<ListPage> list(ListRequest request) {
        return listings.page(request);
    }

    @Override
    public CompletionStage<ListCursor> listAll(ListRequest request) {
        return listings.cursor(request);
    }

    @Override
    public List<ListEntry.VersionLine> versions(BucketName bucket, ObjectKey objectKey, OptionalLong after, int max) {
        checkOpen();
        return versionListings.versions(bucket, objectKey, after, max);
    }

    @Override
    public CompletionStage<VersionListPage> listVersions(VersionListRequest request) {
        return versionListings.page(request);
    }

    @Override
    public CompletionStage<ListCursor> listAllVersions(VersionListRequest request) {
        return versionListings.cursor(request);
    }

    @Override
    public ChangesReached changes(ChangesRequest request, Consumer<ChangeView> visitor) {
        checkOpen();
        return feed.read(request, visitor);
    }

    @Override
    public CompletableFuture<Boolean> whenChanged(BucketName bucket, String after) {
        checkOpen();
        return feed.await(bucket, after);
    }

    @Override
    public long changesBehind(BucketName bucket, String after) {
        return feed.behind(bucket, after);
    }

    @Override
    public void endWaiting() {
        partitions.forEach(partition -> partition.feed().close());
    }

    @Override
    public StoreStatus status() {
        return figures.status();
    }

    @Override
    public List<VolumeStatus> volumes() {
        return figures.volumes();
    }

    @Override
    public void scanVolume(String id, long fromOffset, FrameVisitor visitor) {
        figures.scan(id, fromOffset, visitor);
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public StoreRecords records() {
        return records;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        jobs.close();
        List.copyOf(uploads).forEach(ExtentUpload::close);
        partitions.forEach(Partition::stopBackground);
        system.stopBackground();
        threads.stopHousekeeping();
        ClosingSteps steps = new ClosingSteps();
        partitions.forEach(partition -> steps.take(partition::close));
        if (steps.isFine() && isHealthy()) {
            steps.take(reservation::settle);
        }
        if (system.problem().isEmpty()) {
            systemRecords.keeper().settleIfPossible();
        }
        steps.take(system::close);
        steps.take(threads::close);
        steps.take(compressors::close);
        if (steps.isFine() && isHealthy()) {
            steps.take(() -> RunMark.markClean(folder.path()));
        }
        steps.take(folder::close);
        steps.throwFailure();
        LOG.log(Level.INFO, "Closed {0}.", folder.path());
    }

    /** Takes out what has expired by now, and makes dictionaries that are due; otherwise it is done every second. */
    void sweepExpired() {
        partitions.forEach(
                partition -> partition.whenListed().toCompletableFuture().join()); // The directory knows what is due.
        sweeps.forEach(ExpirySweep::run);
        buckets.tendDictionariesAtOnce();
    }

    private boolean isHealthy() {
        return system.problem().isEmpty()
                && partitions.stream().allMatch(partition -> partition.problem().isEmpty());
    }
}
