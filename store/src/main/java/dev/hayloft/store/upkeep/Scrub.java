package dev.hayloft.store.upkeep;

import dev.hayloft.store.Job;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.parity.ParityConfig;
import dev.hayloft.store.partition.MissingEntries;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * One scrub: reads every volume and its parity at a rate, sees to hint files, and compares the index with what stands
 * in the volumes. After a stop it goes on behind the last volume that it had read; those in which it had found damage
 * are read once more, because findings are not kept.
 *
 * <p><i>Threads:</i> one.
 */
final class Scrub {
    /** Stands in the result of a whole scrub alone. */
    static final String ORPHANS = "orphans";

    /** Stands in a result, as {@code true}, when one of its lists does not name all the keys there are. */
    static final String KEYS_CUT = "keysCut";

    private static final long REMEMBERED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String DONE = "done";
    private static final String DAMAGED = "damaged";
    private static final String CHECKED = "checkedBytes";
    private static final String HINTS = "hintsWritten";

    private final List<Partition> partitions;
    private final ParityConfig config;
    private final Naming naming;
    private final Function<Partition, Map<Integer, String>> bucketNames;
    private final InstantSource clock;

    private final Set<String> done = new LinkedHashSet<>();
    private final Set<String> damaged = new LinkedHashSet<>();
    private final List<VolumeCheck.Finding> findings = new ArrayList<>();
    private long checkedBytes;
    private long hintsWritten;
    private long rememberedNanos = System.nanoTime();

    /** From damage to the keys that suffer. */
    interface Naming {
        /** Keys by finding; with {@code onlyLost} those that cannot be read. */
        Named keys(List<VolumeCheck.Finding> findings, boolean onlyLost);
    }

    /**
     * Keys as results tell them.
     *
     * @param byFinding one that suffers from several findings stands behind each
     * @param isCut whether further keys suffer that are not named
     */
    record Named(Map<VolumeCheck.Finding, List<Object>> byFinding, boolean isCut) {
        /** Each once. */
        List<Object> all() {
            Set<Object> all = new LinkedHashSet<>();
            byFinding.values().forEach(all::addAll);
            return List.copyOf(all);
        }

        /** Says in a result that its lists of keys are cut, if they are. */
        void note(SortedMap<String, Object> result) {
            if (isCut) {
                result.put(KEYS_CUT, true);
            }
        }
    }

    Scrub(
            List<Partition> partitions,
            ParityConfig config,
            Naming naming,
            Function<Partition, Map<Integer, String>> bucketNames,
            InstantSource clock) {
        this.partitions = List.copyOf(partitions);
        this.config = config;
        this.naming = naming;
        this.bucketNames = bucketNames;
        this.clock = clock;
    }

    SortedMap<String, Object> run(JobRun run) {
        recall(run.remembered());
        List<VolumeName> all = VolumeName.of(partitions, run.request());
        List<VolumeName> left =
                all.stream().filter(volume -> !done.contains(volume.text())).toList();
        try {
            read(run, left);
        } catch (CancellationException stopped) {
            remember(run);
            throw stopped;
        }
        run.detail("looking at the index");
        boolean isOfAll = run.request().volume().isEmpty();
        return isOfAll ? result(run, compareIndexes(run)) : result(run, new Index(0, List.of(), false));
    }

    private void read(JobRun run, List<VolumeName> volumes) {
        Progress progress = new Progress(run, new Pace(config.scrubBytesPerSecond()), Progress::checked);
        UpkeepJobs.forEach(run, progress, volumes, volume -> {
            VolumeCheck.Result result = VolumeCheck.check(volume, progress);
            checkedBytes += result.checkedBytes();
            findings.addAll(result.findings());
            if (!result.findings().isEmpty()) {
                damaged.add(volume.text());
            } else if (volume.isSealed()) {
                hintsWritten += volume.partition().ensureHint(volume.id()) ? 1 : 0;
                done.add(volume.text());
            }
            if (System.nanoTime() - rememberedNanos > REMEMBERED_EVERY_NANOS) {
                remember(run);
            }
        });
    }

    private void remember(JobRun run) {
        run.remember(Map.of(
                DONE, Runs.write(done),
                DAMAGED, String.join(" ", damaged),
                CHECKED, Long.toString(checkedBytes),
                HINTS, Long.toString(hintsWritten)));
        rememberedNanos = System.nanoTime();
    }

    private void recall(Map<String, String> facts) {
        done.addAll(Runs.read(facts.getOrDefault(DONE, "")));
        damaged.addAll(Arrays.asList(facts.getOrDefault(DAMAGED, "").split(" ")));
        done.removeAll(damaged);
        checkedBytes = Long.parseLong(facts.getOrDefault(CHECKED, "0"));
        hintsWritten = Long.parseLong(facts.getOrDefault(HINTS, "0"));
    }

    /** Of the index: entries that point nowhere, and keys that have none. */
    private record Index(long orphans, List<Object> missing, boolean isCut) {}

    private Index compareIndexes(JobRun run) {
        long orphans = 0;
        List<Object> missing = new ArrayList<>();
        boolean isCut = false;
        for (Partition partition : partitions) {
            orphans += IndexCheck.orphans(partition);
            Map<Integer, String> names = bucketNames.apply(partition);
            boolean isSystem = partition.config().id() == PartitionConfig.SYSTEM;
            List<MissingEntries.Key> found = missingEntries(run, partition, id -> isSystem || names.containsKey(id));
            isCut |= found.size() >= MissingEntries.NAMED_MAX; // Or they are just as many.
            found.forEach(key -> missing.add(Map.of(
                    "bucket", names.getOrDefault(key.bucketId(), ""),
                    "key", key.key(),
                    "version", Long.toUnsignedString(key.version()))));
        }
        return new Index(orphans, missing, isCut);
    }

    /** A pause ends the search, which holds the partition's turn: others shall not wait as long as that lasts. */
    private static List<MissingEntries.Key> missingEntries(JobRun run, Partition partition, IntPredicate isLiving) {
        while (true) {
            run.step();
            try {
                return MissingEntries.find(partition, isLiving, () -> run.isStopping() || run.isPaused());
            } catch (CancellationException stopped) {
                if (run.isStopping()) {
                    throw stopped;
                }
            }
        }
    }

    private SortedMap<String, Object> result(JobRun run, Index index) {
        run.detail("naming what is damaged");
        List<Object> damages = new ArrayList<>();
        Named suffering = naming.keys(findings, false);
        suffering
                .byFinding()
                .forEach((finding, keys) -> damages.add(Map.of(
                        "volume", finding.volume().text(),
                        "shard", (long) finding.shard(),
                        "offset", finding.offset(),
                        "reason", finding.reason(),
                        "keys", keys)));
        Named lost = naming.keys(findings, true);
        SortedMap<String, Object> result = new TreeMap<>(Job.result(Map.of(
                "checkedBytes", checkedBytes,
                "damaged", damages,
                "lost", lost.all(),
                "hintsWritten", hintsWritten)));
        new Named(Map.of(), suffering.isCut() || lost.isCut() || index.isCut()).note(result);
        if (run.request().volume().isEmpty()) {
            result.put("indexOrphans", index.orphans());
            result.put("indexMissing", index.missing());
            List<Object> orphans = new ArrayList<>();
            partitions.forEach(partition -> partition.parity().deleteTaken());
            partitions.forEach(partition -> orphans.addAll(OrphanFiles.find(partition, clock)));
            orphans.addAll(StrayFolders.find(partitions, clock.millis() - OrphanFiles.AGE_MIN.toMillis()));
            result.put(ORPHANS, List.copyOf(orphans));
        }
        return result;
    }

    /** Names of volumes, those in a row as {@code 0-7..19}. */
    static final class Runs {
        private Runs() {}

        static String write(Set<String> volumes) {
            TreeMap<String, List<Integer>> byPartition = new TreeMap<>();
            for (String volume : volumes) {
                int dash = volume.lastIndexOf('-');
                byPartition
                        .computeIfAbsent(volume.substring(0, dash), unused -> new ArrayList<>())
                        .add(Integer.parseInt(volume.substring(dash + 1)));
            }
            List<String> runs = new ArrayList<>();
            byPartition.forEach((partition, ids) -> {
                ids.sort(Integer::compare);
                int first = 0;
                for (int i = 1; i <= ids.size(); i++) {
                    if (i == ids.size() || ids.get(i) != ids.get(i - 1) + 1) {
                        runs.add(partition + "-" + ids.get(first) + ".." + ids.get(i - 1));
                        first = i;
                    }
                }
            });
            return String.join(" ", runs);
        }

        static Set<String> read(String text) {
            Set<String> volumes = new LinkedHashSet<>();
            for (String run : text.isEmpty() ? new String[0] : text.split(" ")) {
                int dash = run.lastIndexOf('-');
                int dots = run.indexOf("..", dash);
                for (int id = Integer.parseInt(run.substring(dash + 1, dots));
                        id <= Integer.parseInt(run.substring(dots + 2));
                        id++) {
                    volumes.add(run.substring(0, dash + 1) + id);
                }
            }
            return volumes;
        }
    }
}
