package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobTask;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.store.parity.ParityKeeper;
import dev.hayloft.store.partition.Partition;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The jobs {@code encode}, {@code scrub} and {@code repair}.
 *
 * <p><i>Threads:</i> as {@link JobTask} says; a volume is worked on by one of them at a time.
 */
public final class UpkeepJobs {
    private static final Logger LOG = System.getLogger(UpkeepJobs.class.getName());

    /** A volume with a greater part dead is left to compaction. */
    private static final double DEAD_RATIO_MAX = 0.25;

    /** What holds the records of the system partition: a bucket without a name. */
    private static final int SYSTEM_BUCKET = 0;

    private final Partition system;
    private final List<Partition> partitions;
    private final ParityConfig config;
    private final long reserveBytes;
    private final InstantSource clock;
    private final Function<Partition, Map<Integer, String>> bucketNames;
    private final LongSupplier repairRecords;

    /** Volumes that were not encoded, and when: nobody asks for them by themselves before they have rested again. */
    private final Map<String, Long> refusedAtMillis = new ConcurrentHashMap<>();

    /**
     * The jobs of a store.
     *
     * @param system has one copy of everything and no parity: it is scrubbed, no more
     * @param reserveBytes that encoding leaves free on every disk
     * @param bucketNames the living buckets of a partition by id
     * @param repairRecords puts back what can be of the store's own records; answers how many
     */
    public UpkeepJobs(
            Partition system,
            List<Partition> partitions,
            ParityConfig config,
            long reserveBytes,
            InstantSource clock,
            Function<Partition, Map<Integer, String>> bucketNames,
            LongSupplier repairRecords) {
        this.repairRecords = repairRecords;
        this.system = system;
        this.partitions = List.copyOf(partitions);
        this.config = config;
        this.reserveBytes = reserveBytes;
        this.clock = clock;
        this.bucketNames = partition -> partition == system ? Map.of(SYSTEM_BUCKET, "") : bucketNames.apply(partition);
    }

    /** The tasks by kind. */
    public Map<JobRequest.Kind, JobTask> tasks() {
        return Map.of(
                JobRequest.Kind.ENCODE, task(this::encode),
                JobRequest.Kind.SCRUB, task(this::scrub),
                JobRequest.Kind.REPAIR, task(this::repair));
    }

    private JobTask task(Function<JobRun, SortedMap<String, Object>> body) {
        return new JobTask() {
            @Override
            public SortedMap<String, Object> run(JobRun run) {
                return body.apply(run);
            }

            @Override
            public void check(JobRequest request) {
                refuse(request.bucket().isPresent(), "bucket");
                refuse(request.directory().isPresent(), "directory");
                refuse(request.dryRun(), "dryRun");
                List<Partition> all = new ArrayList<>(partitions);
                if (request.kind() == JobRequest.Kind.SCRUB) {
                    all.add(system);
                }
                VolumeName.of(all, request);
            }
        };
    }

    private static void refuse(boolean isNamed, String parameter) {
        if (isNamed) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "This kind of job does not take this field.")
                    .with("parameter", parameter);
        }
    }

    /** Whether there is anything that {@code erasure.automatic} would encode now. */
    public boolean hasWork() {
        for (Partition partition : partitions) {
            for (var info : partition.log().volumes()) {
                if (isDue(new VolumeName(partition, info))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isDue(VolumeName volume) {
        long restsFrom =
                Math.max(volume.info().sealedAtMillis().orElse(0), refusedAtMillis.getOrDefault(volume.text(), 0L));
        long idleMillis = clock.millis() - restsFrom;
        var tally = volume.partition().tallies().volume(volume.id());
        long dead = tally.bytes() - tally.liveBytes();
        return volume.isSealed()
                && isToEncode(volume)
                && !volume.partition().parity().isDamaged(volume.id())
                && (idleMillis < 0 || idleMillis >= config.after().toMillis()) // Below 0 the clock was ahead.
                && dead <= DEAD_RATIO_MAX * tally.bytes();
    }

    private static boolean isToEncode(VolumeName volume) {
        return volume.isSealed()
                && volume.partition().parity().find(volume.id()).isEmpty();
    }

    private SortedMap<String, Object> encode(JobRun run) {
        boolean isNamed = run.request().all() || run.request().volume().isPresent();
        List<VolumeName> volumes = VolumeName.of(partitions, run.request()).stream()
                .filter(volume -> isNamed ? isToEncode(volume) : isDue(volume))
                .toList();
        Progress progress = new Progress(
                run,
                new Pace(config.bytesPerSecond()),
                volume -> Progress.encoded(volume, config.dataShards(), config.parityShards()));
        List<Object> refused = new ArrayList<>();
        long[] figures = new long[2];
        forEach(run, progress, volumes, volume -> {
            if (!isToEncode(volume)) {
                return;
            }
            try {
                figures[1] += new VolumeEncoding(config, reserveBytes, progress).encode(volume);
                figures[0]++;
            } catch (CorruptionException damaged) {
                LOG.log(Level.WARNING, "Volume " + volume.text() + " was not encoded.", damaged);
                refused.add(volume.text());
                refusedAtMillis.put(volume.text(), clock.millis());
            }
        });
        return Job.result(Map.of("volumes", figures[0], "writtenBytes", figures[1], "refused", refused));
    }

    private SortedMap<String, Object> scrub(JobRun run) {
        List<Partition> all = new ArrayList<>(partitions);
        all.add(system);
        return new Scrub(all, config, this::keys, bucketNames, clock).run(run);
    }

    private SortedMap<String, Object> repair(JobRun run) {
        DoneVolumes done = DoneVolumes.recall(run);
        List<VolumeName> volumes = new ArrayList<>(VolumeName.of(partitions, run.request()));
        volumes.removeIf(volume -> done.contains(volume.text()) && looksWhole(volume));
        volumes.sort(Comparator.comparingInt(UpkeepJobs::shardsLeft)); // The one nearest to loss first.
        Progress progress = new Progress(run, new Pace(config.bytesPerSecond()), Progress::checked);
        List<VolumeCheck.Finding> lost = new ArrayList<>();
        VolumeRepair repair =
                new VolumeRepair(new VolumeEncoding(config, reserveBytes, progress), reserveBytes, progress);
        forEach(run, progress, volumes, volume -> {
            VolumeRepair.Result result = repair.repair(volume);
            lost.addAll(result.lost());
            done.add(volume.text(), result.repaired(), volume.isSealed() && result.isWhole());
        });
        Scrub.Named named = keys(lost, true);
        SortedMap<String, Object> result =
                new TreeMap<>(Job.result(Map.of("repaired", done.repaired(), "lost", named.all())));
        named.note(result);
        long records = run.request().volume().isEmpty() ? repairRecords.getAsLong() : 0;
        if (records > 0) {
            result.put("records", records);
        }
        if (!repair.unwritten().isEmpty()) {
            result.put("unwritten", repair.unwritten().json());
        }
        return result;
    }

    /** Whether a volume that was left whole may still be so: a disk may have been emptied since. */
    private static boolean looksWhole(VolumeName volume) {
        ParityKeeper parity = volume.partition().parity();
        boolean isThere = parity.find(volume.id())
                .map(set -> shardsLeft(set) == set.layout().matrix().parityShards())
                .orElseGet(() -> Files.exists(volume.info().path()));
        return isThere && !parity.isDamaged(volume.id());
    }

    /** How many more shards of a volume may go; one without parity has nothing to be mended by, and comes last. */
    private static int shardsLeft(VolumeName volume) {
        ParityKeeper parity = volume.partition().parity();
        return parity.find(volume.id()).map(UpkeepJobs::shardsLeft).orElse(Integer.MAX_VALUE);
    }

    private static int shardsLeft(ShardSet set) {
        int left = set.layout().matrix().parityShards();
        for (int shard = 0; shard < set.layout().shards(); shard++) {
            left -= set.state(shard) == ShardSet.State.OK ? 0 : 1;
        }
        return left;
    }

    /** Volumes that compaction deletes meanwhile are passed over. */
    static void forEach(JobRun run, Progress progress, List<VolumeName> volumes, Consumer<VolumeName> work) {
        progress.expect(volumes);
        for (VolumeName volume : volumes) {
            run.step();
            progress.begin(volume);
            try {
                volume.partition().parity().exclusively(volume.id(), run::step, () -> work.accept(volume));
            } catch (HayloftException gone) {
                if (gone.code() != ErrorCode.NO_SUCH_VOLUME) {
                    throw gone;
                }
            }
            progress.end();
        }
    }

    private Scrub.Named keys(List<VolumeCheck.Finding> findings, boolean onlyLost) {
        boolean[] isCut = new boolean[1];
        Map<VolumeCheck.Finding, List<Object>> result = new TreeMap<>(Comparator.<VolumeCheck.Finding, String>comparing(
                        finding -> finding.volume().text())
                .thenComparing(VolumeCheck.Finding::shard)
                .thenComparing(VolumeCheck.Finding::offset)
                .thenComparing(VolumeCheck.Finding::reason));
        findings.forEach(finding -> result.put(finding, new ArrayList<>()));
        Map<Partition, List<VolumeCheck.Finding>> byPartition = new HashMap<>();
        findings.forEach(finding -> byPartition
                .computeIfAbsent(finding.volume().partition(), unused -> new ArrayList<>())
                .add(finding));
        byPartition.forEach((partition, ofIt) -> {
            DamagedKeys.Named found = DamagedKeys.find(partition, bucketNames.apply(partition), ofIt, onlyLost);
            isCut[0] |= found.isCut();
            found.keys()
                    .forEach((finding, keys) -> keys.forEach(key ->
                            result.getOrDefault(finding, new ArrayList<>()).add(key.json())));
        });
        return new Scrub.Named(result, isCut[0]);
    }
}
