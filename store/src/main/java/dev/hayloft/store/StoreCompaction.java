package dev.hayloft.store;

import dev.hayloft.compactor.VolumeCompaction;
import dev.hayloft.compactor.VolumeLoad;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.job.JobRun;
import dev.hayloft.store.job.JobTask;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionCompactor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The job that compacts volumes: picks them, one after the other, and reports.
 *
 * <p><i>Threads:</i> as {@link JobTask} says.
 */
final class StoreCompaction implements JobTask {
    private final List<PartitionCompactor> compactors;
    private final InstantSource clock;

    /** Of these partitions, the system's too. */
    StoreCompaction(Partition system, List<Partition> partitions, BucketRegistry buckets, InstantSource clock) {
        List<PartitionCompactor> all = new ArrayList<>();
        partitions.forEach(partition -> all.add(new PartitionCompactor(partition, buckets::isLiving)));
        all.add(new PartitionCompactor(system, bucketId -> true));
        this.compactors = List.copyOf(all);
        this.clock = clock;
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
    }

    @Override
    public SortedMap<String, Object> run(JobRun run) {
        List<Victim> victims = victims(run.request());
        long bytes = victims.stream().mapToLong(victim -> victim.load().bytes()).sum();
        run.expect(bytes, "compacting " + victims.size() + " volumes");
        long volumes = 0;
        long moved = 0;
        long reclaimed = 0;
        for (Victim victim : victims) {
            run.step();
            run.detail("compacting volume " + victim.name() + ", " + (victims.size() - volumes) + " to go");
            long movedHere = compact(run, victim);
            volumes++;
            moved += movedHere;
            reclaimed += Math.max(0, victim.load().bytes() - movedHere);
        }
        return Job.result(Map.of("volumes", volumes, "movedBytes", moved, "reclaimedBytes", reclaimed));
    }

    private long compact(JobRun run, Victim victim) {
        VolumeCompaction.Pace pace = new VolumeCompaction.Pace() {
            @Override
            public void read(long bytes) {
                run.advance(bytes);
                run.step();
            }

            @Override
            public void moved(long bytes) {}
        };
        long keptFrom = clock.millis();
        return victim.compactor().compact(victim.load().volume(), keptFrom, pace, run::isStopping);
    }

    private List<Victim> victims(JobRequest request) {
        if (request.volume().isPresent()) {
            return List.of(named(request.volume().get()));
        }
        List<Victim> all = new ArrayList<>();
        for (PartitionCompactor compactor : compactors) {
            for (VolumeLoad load : compactor.loads()) {
                if (load.deadBytes() > 0) {
                    all.add(new Victim(compactor, load));
                }
            }
        }
        return all;
    }

    private Victim named(String name) {
        for (PartitionCompactor compactor : compactors) {
            String prefix = compactor.partition().config().name() + "-";
            Optional<VolumeLoad> load = compactor.loads().stream()
                    .filter(each -> name.equals(prefix + each.volume()))
                    .findFirst();
            if (load.isPresent()) {
                return new Victim(compactor, load.get());
            }
        }
        throw new RequestException(
                        ErrorCode.NO_SUCH_VOLUME, "There is no volume of this id that is sealed and undamaged.")
                .with("volume", name);
    }
}
