package dev.hayloft.store;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.job.JobArchive;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobTask;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.RebuildWatcher;
import dev.hayloft.store.upkeep.UpkeepJobs;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the store's jobs do, by kind.
 *
 * <p><i>Threads:</i> as {@link JobTask} says.
 */
final class StoreJobs {
    private final Partition system;
    private final List<Partition> partitions;
    private final BucketRegistry buckets;

    StoreJobs(Partition system, List<Partition> partitions, BucketRegistry buckets) {
        this.system = system;
        this.partitions = partitions;
        this.buckets = buckets;
    }

    /** Every kind that this version has. */
    Map<JobRequest.Kind, JobTask> tasks(StoreCompaction compaction, Backup backup, UpkeepJobs upkeep) {
        Map<JobRequest.Kind, JobTask> tasks = new EnumMap<>(JobRequest.Kind.class);
        tasks.putAll(upkeep.tasks());
        tasks.put(JobRequest.Kind.SEAL, checkedByVolume(partitions, this::seal));
        tasks.put(JobRequest.Kind.REBUILD_INDEX, checkedByVolume(withSystem(), this::rebuild));
        tasks.put(JobRequest.Kind.COMPACT, compaction);
        tasks.put(JobRequest.Kind.BACKUP, new BackupTask(backup));
        return tasks;
    }

    /** Where jobs outlive the process. */
    static JobArchive archive(SystemRecords records) {
        String prefix = SystemRecords.JOBS;
        return new JobArchive() {
            @Override
            public void write(String id, Map<String, String> fields) {
                records.write(prefix + id, fields);
            }

            @Override
            public void delete(String id) {
                records.delete(prefix + id);
            }

            @Override
            public Map<String, Map<String, String>> readAll() {
                Map<String, Map<String, String>> all = new TreeMap<>();
                records.readReadable(prefix).forEach((id, properties) -> {
                    Map<String, String> fields = new TreeMap<>();
                    properties.stringPropertyNames().forEach(name -> fields.put(name, properties.getProperty(name)));
                    all.put(id, fields);
                });
                return all;
            }
        };
    }

    private interface Body {
        SortedMap<String, Object> run(JobRun run);
    }

    /** A task that takes {@code volume}, and refuses one that there is not. */
    private static JobTask checkedByVolume(List<Partition> candidates, Body body) {
        return new JobTask() {
            @Override
            public SortedMap<String, Object> run(JobRun run) {
                return body.run(run);
            }

            @Override
            public void check(JobRequest request) {
                refuse(request.bucket().isPresent(), "bucket");
                refuse(request.directory().isPresent(), "directory");
                refuse(request.dryRun(), "dryRun");
                targets(candidates, request);
            }
        };
    }

    static void refuse(boolean isNamed, String parameter) {
        if (isNamed) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "This kind of job does not take this field.")
                    .with("parameter", parameter);
        }
    }

    /** All of them, the system's last: what is wrong with that keeps no other from its turn. */
    private List<Partition> withSystem() {
        List<Partition> all = new ArrayList<>(partitions);
        all.add(system);
        return all;
    }

    private static List<Partition> targets(List<Partition> candidates, JobRequest request) {
        if (request.volume().isEmpty()) {
            return candidates;
        }
        String volume = request.volume().get();
        String partition = volume.contains("-") ? volume.substring(0, volume.indexOf('-')) : volume;
        return candidates.stream()
                .filter(candidate -> candidate.config().name().equals(partition))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no volume of this id.")
                        .with("volume", volume));
    }

    private SortedMap<String, Object> seal(JobRun run) {
        List<Partition> targets = targets(partitions, run.request());
        for (Partition partition : targets) {
            run.step();
            Futures.await(partition.submit(new Mutation.Seal()));
        }
        return Job.result(Map.of("volumes", (long) targets.size()));
    }

    private SortedMap<String, Object> rebuild(JobRun run) {
        List<Partition> targets = targets(withSystem(), run.request());
        long total = 0;
        for (Partition partition : targets) {
            total += 2
                    * partition.log().volumes().stream()
                            .mapToLong(volume -> volume.dataEndBytes())
                            .sum();
        }
        run.expect(total, "reading volumes");
        RebuildWatcher watcher = new RebuildWatcher() {
            @Override
            public void advance(long bytes) {
                run.advance(bytes);
                run.step();
            }

            @Override
            public boolean isCancelled() {
                return run.isStopping();
            }
        };
        long entries = 0;
        List<CorruptionException> refused = new ArrayList<>();
        for (Partition partition : targets) {
            run.step();
            try {
                entries += partition.rebuildIndex(partition == system ? bucketId -> true : buckets::isLiving, watcher);
            } catch (CorruptionException damaged) { // It keeps its old index, and no other waits for it.
                refused.add(damaged);
            }
        }
        if (!refused.isEmpty()) {
            throw refused.get(0).with("refusedPartitions", refused.size());
        }
        return Job.result(Map.of("entries", entries, "partitions", (long) targets.size()));
    }
}
