package dev.hayloft.store;

import dev.hayloft.compactor.Pacer;
import dev.hayloft.compactor.VictimPolicy;
import dev.hayloft.compactor.VolumeCompaction;
import dev.hayloft.compactor.VolumeLoad;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.DiskGuard;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobTask;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionCompactor;
import dev.hayloft.store.upkeep.AutomaticJob;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The job that compacts volumes: picks them and reports. Those of one partition come one after the other, and as many
 * partitions side by side as there are processors, under one pace. Each volume needs room for what lives in it before
 * its own room comes back: compaction may use the disk's reserve for that, down to a quarter, and takes the volumes
 * that need least first when there is less.
 *
 * <p><i>Threads:</i> as {@link JobTask} says, and helpers while it runs; {@link #submitIfWorthIt} and figures any.
 */
final class StoreCompaction implements JobTask {
    private static final Logger LOG = System.getLogger(StoreCompaction.class.getName());

    /** What could not be compacted is not chosen again for so long. */
    private static final Duration REFUSED_FOR = Duration.ofHours(1);

    /** From here on what is dead is worth more than what is moved, at any ratio that pays at all. */
    private static final double URGENT_DEAD_RATIO = 0.02;

    private final List<PartitionCompactor> compactors;
    private final Recompression recompression;
    private final BucketRegistry buckets;
    private final DiskGuard disk;
    private final StoreConfig config;
    private final InstantSource clock;
    private final Pacer pacer;
    private final Room room = new Room();
    private final Map<String, Long> refusedAtMillis = new ConcurrentHashMap<>(); // By the volume's name.
    private final AutomaticJob automatic;
    private final LongAdder volumesDone = new LongAdder();
    private final LongAdder bytesMoved = new LongAdder();
    private final LongAdder bytesReclaimed = new LongAdder();

    /** Of these partitions, the system's too. */
    StoreCompaction(
            Partition system,
            List<Partition> partitions,
            BucketRegistry buckets,
            DiskGuard disk,
            StoreConfig config,
            InstantSource clock) {
        List<PartitionCompactor> all = new ArrayList<>();
        this.recompression = new Recompression(buckets);
        partitions.forEach(partition -> all.add(new PartitionCompactor(
                partition, buckets::isLiving, buckets::mayHaveOlder, recompression.shortening())));
        all.add(new PartitionCompactor(
                system, bucketId -> true, bucketId -> false, (bucketId, needle) -> Optional.empty()));
        this.compactors = List.copyOf(all);
        this.buckets = buckets;
        this.disk = disk;
        this.config = config;
        this.clock = clock;
        this.automatic = new AutomaticJob(JobRequest.Kind.COMPACT, clock);
        this.pacer = new Pacer(config.compaction().bytesPerSecond(), System::nanoTime, LockSupport::parkNanos);
    }

    /** A volume to be compacted. */
    private record Victim(PartitionCompactor compactor, VolumeLoad load) {
        String name() {
            return compactor.partition().config().name() + "-" + load.volume();
        }
    }

    @Override
    public void check(JobRequest request) {
        StoreJobs.refuse(request.directory().isPresent(), "directory");
        request.volume().ifPresent(this::named);
        request.bucket().ifPresent(name -> buckets.require(new BucketName(name)));
    }

    /** Starts a job if policy would compact something now, none is under way, and none failed just now. */
    void submitIfWorthIt(Jobs jobs) {
        if (automatic.mayBegin(jobs.list())
                && byPolicy().stream()
                        .anyMatch(victim -> hasRoomFor(victim, victim.load().liveBytes()))) {
            jobs.submit(new JobRequest(JobRequest.Kind.COMPACT, Optional.empty(), false));
        }
    }

    @Override
    public Map<String, Long> figures() {
        return Map.of(
                "compaction_volumes_total",
                volumesDone.sum(),
                "compaction_moved_bytes_total",
                bytesMoved.sum(),
                "compaction_reclaimed_bytes_total",
                bytesReclaimed.sum(),
                "compaction_recompressed_total",
                recompression.needles(),
                "compaction_recompressed_saved_bytes_total",
                recompression.savedBytes());
    }

    @Override
    public SortedMap<String, Object> run(JobRun run) {
        JobRequest request = run.request();
        if (request.all() && !request.dryRun()) {
            sealWhatIsDying();
        }
        List<Victim> victims = victims(request, !run.remembered().isEmpty());
        run.expect(
                victims.stream().mapToLong(victim -> victim.load().bytes()).sum(),
                "compacting " + victims.size() + " volumes");
        Map<PartitionCompactor, List<Victim>> byPartition = new LinkedHashMap<>();
        victims.forEach(victim -> byPartition
                .computeIfAbsent(victim.compactor(), unused -> new ArrayList<>())
                .add(victim));
        CompactionTotals totals = new CompactionTotals(run, victims.size());
        if (!request.dryRun()) {
            totals.remember(); // From here on a named volume that is gone is one that is done.
        }
        List<SideBySide.Lane> lanes = new ArrayList<>();
        byPartition
                .values()
                .forEach(ofOne -> lanes.add(
                        isOtherFailed -> ofOne.forEach(victim -> take(new Turn(run, isOtherFailed), victim, totals))));
        SideBySide.run("hayloft-compactor", Runtime.getRuntime().availableProcessors(), lanes);
        return totals.result();
    }

    private void take(Turn turn, Victim victim, CompactionTotals totals) {
        boolean isDone = false;
        while (!isDone) {
            turn.step();
            if (turn.run.request().dryRun()) {
                totals.begun(victim.name());
                totals.done(victim.name(), victim.load().bytes(), victim.load().liveBytes());
                isDone = true;
            } else {
                isDone = tryTake(turn, victim, totals);
            }
        }
    }

    /** False when a pause or a stop has ended it: then it holds nothing, neither the partition nor room on the disk. */
    private boolean tryTake(Turn turn, Victim victim, CompactionTotals totals) {
        if (!room.reserve(victim, turn::step)) {
            totals.passedOver(victim.name());
            return true;
        }
        totals.begun(victim.name());
        try {
            long moved = victim.compactor().compact(victim.load().volume(), keptFrom(), turn, turn::isStopping);
            count(victim, turn.givenUpBytes + moved);
            totals.done(victim.name(), victim.load().bytes(), turn.givenUpBytes + moved);
            totals.remember();
            return true;
        } catch (GivenUp paused) {
            turn.takeBack();
            totals.putOff(victim.name());
            return false;
        } catch (HayloftException | UncheckedIOException e) { // Others are none the worse for it.
            if (e instanceof HayloftException gone && gone.code() == ErrorCode.NO_SUCH_VOLUME) {
                totals.gone(victim.name()); // Another job took it while this one was paused, and counts it.
            } else if (turn.isStopping()) {
                throw e;
            } else {
                LOG.log(Level.WARNING, "Volume " + victim.name() + " was not compacted.", e);
                refusedAtMillis.put(victim.name(), clock.millis());
                totals.refused(victim.name(), e);
            }
            return true;
        } finally {
            room.giveBack(victim);
        }
    }

    private void count(Victim victim, long movedBytes) {
        volumesDone.increment();
        bytesMoved.add(movedBytes);
        bytesReclaimed.add(Math.max(0, victim.load().bytes() - movedBytes));
    }

    /** What volumes that are compacted side by side need of the disk, all together. */
    private final class Room {
        private static final long WAIT_NANOS = 10_000_000;

        private long reservedBytes; // Guarded by this.

        /** Waits while others have what is missing; false when it is missing without them, too. */
        boolean reserve(Victim victim, Runnable waiting) {
            while (!tryReserve(victim)) {
                if (isAllFree() && !hasRoomFor(victim, victim.load().liveBytes())) {
                    return false;
                }
                waiting.run();
                LockSupport.parkNanos(WAIT_NANOS);
            }
            return true;
        }

        private synchronized boolean tryReserve(Victim victim) {
            long bytes = victim.load().liveBytes();
            boolean fits = hasRoomFor(victim, reservedBytes + bytes);
            reservedBytes += fits ? bytes : 0;
            return fits;
        }

        private synchronized boolean isAllFree() {
            return reservedBytes == 0;
        }

        synchronized void giveBack(Victim victim) {
            reservedBytes -= victim.load().liveBytes();
        }
    }

    /** What is dead in an open volume can only go when that is closed. */
    private void sealWhatIsDying() {
        for (PartitionCompactor compactor : compactors) {
            if (compactor.openDeadBytes() > 0) {
                try {
                    Futures.await(compactor.partition().submit(new Mutation.Seal()));
                } catch (HayloftException e) { // Its sealed volumes tell the job what is wrong, if there are any.
                    String name = compactor.partition().config().name();
                    LOG.log(Level.WARNING, "The open volume of partition " + name + " was not sealed.", e);
                }
            }
        }
    }

    /** On the victim's own disk: another one that is full keeps nobody here from making room. */
    private boolean hasRoomFor(Victim victim, long bytes) {
        Path folder = victim.compactor().partition().config().folder();
        try {
            return disk.freeBytes(folder) - bytes >= config.reserveBytes() / DiskGuard.LAST_SHARE;
        } catch (UncheckedIOException gone) { // It waits for its disk, and no other does.
            return false;
        }
    }

    /** A pause or a stop came in the middle of a volume. */
    private static final class GivenUp extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GivenUp() {
            super(null, null, false, false);
        }
    }

    /**
     * Work on one volume, which a pause ends: others who wait for the partition shall not wait as long as that lasts.
     * What was moved is dead there then, and the rest is found when the volume is read once more.
     */
    private final class Turn implements VolumeCompaction.Pace {
        private final JobRun run;
        private final BooleanSupplier isOtherFailed;
        private long readBytes; // As all below since the volume was taken, or taken again.
        private long handedOverBytes;
        private long givenUpBytes; // Moved before that.

        Turn(JobRun run, BooleanSupplier isOtherFailed) {
            this.run = run;
            this.isOtherFailed = isOtherFailed;
        }

        /** Waits as long as a pause lasts; not to be called by who has the partition's turn. */
        void step() {
            run.step();
            if (isOtherFailed.getAsBoolean()) {
                throw new CancellationException("The compaction of another partition failed.");
            }
        }

        boolean isStopping() {
            return run.isStopping() || isOtherFailed.getAsBoolean();
        }

        @Override
        public void read(long bytes) {
            readBytes += bytes;
            run.advance(bytes);
            if (run.isPaused() || isStopping()) {
                throw new GivenUp();
            }
        }

        @Override
        public void moved(long bytes) {
            handedOverBytes += bytes;
            if (!disk.isFull()) {
                pacer.spend(bytes, () -> isStopping() || run.isPaused());
            }
        }

        @Override
        public void waited(long nanos) {
            pacer.waited(nanos);
        }

        /** What was read will be read again; what was handed over has moved for good. */
        void takeBack() {
            run.advance(-readBytes);
            readBytes = 0;
            givenUpBytes += handedOverBytes;
            handedOverBytes = 0;
        }
    }

    private List<Victim> victims(JobRequest request, boolean isResumed) {
        if (request.volume().isPresent()) {
            String name = request.volume().get();
            boolean isDone = isResumed && isGone(name); // A kill came between the drop and its record.
            return isDone ? List.of() : List.of(named(name));
        }
        if (!request.all() && request.bucket().isEmpty()) {
            return byPolicy();
        }
        OptionalInt bucketId = request.bucket()
                .map(name ->
                        OptionalInt.of(buckets.require(new BucketName(name)).id()))
                .orElse(OptionalInt.empty());
        List<Victim> all = new ArrayList<>();
        for (PartitionCompactor compactor : compactors) {
            for (VolumeLoad load : compactor.loads(keptFrom())) {
                boolean holds = bucketId.isEmpty() || compactor.holds(load.volume(), bucketId.getAsInt());
                if (holds && (load.deadBytes() > 0 || load.liveBytes() == 0)) {
                    all.add(new Victim(compactor, load));
                }
            }
        }
        all.sort(Comparator.comparingDouble(victim -> -VictimPolicy.score(victim.load(), clock.millis())));
        return all;
    }

    private long keptFrom() {
        return clock.millis() - config.compaction().keepDeletions().toMillis();
    }

    private List<Victim> byPolicy() {
        boolean urgent = disk.isFull();
        double deadRatio = config.compaction().deadRatio();
        VictimPolicy policy =
                new VictimPolicy(urgent ? Math.min(deadRatio, URGENT_DEAD_RATIO) : deadRatio, config.volumeSizeBytes());
        List<Victim> chosen = new ArrayList<>();
        for (PartitionCompactor compactor : compactors) {
            if (compactor.partition().problem().isEmpty()) {
                policy.choose(compactor.loads(keptFrom()), clock.millis())
                        .forEach(load -> chosen.add(new Victim(compactor, load)));
            }
        }
        long now = clock.millis();
        refusedAtMillis.values().removeIf(at -> Math.abs(now - at) > REFUSED_FOR.toMillis());
        chosen.removeIf(victim -> refusedAtMillis.containsKey(victim.name()));
        if (urgent) {
            chosen.sort(Comparator.comparingLong(victim -> victim.load().liveBytes()));
        }
        return chosen;
    }

    private boolean isGone(String name) {
        return compactors.stream()
                .map(PartitionCompactor::partition)
                .noneMatch(partition -> partition.log().volumes().stream()
                        .anyMatch(volume -> name.equals(partition.config().name() + "-" + volume.id())));
    }

    private Victim named(String name) {
        for (PartitionCompactor compactor : compactors) {
            String prefix = compactor.partition().config().name() + "-";
            Optional<VolumeLoad> load = compactor.loads(keptFrom()).stream()
                    .filter(each -> name.equals(prefix + each.volume()))
                    .findFirst();
            if (load.isPresent()) {
                return new Victim(compactor, load.get());
            }
        }
        throw new RequestException(
                        ErrorCode.NO_SUCH_VOLUME,
                        "There is no volume of this id that is sealed and readable as a whole.")
                .with("volume", name);
    }
}
