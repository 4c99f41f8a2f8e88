package dev.hayloft.api;

import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.health.HealthCheckRegistry;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.Settings;
import dev.hayloft.api.control.SubmitTask;
import dev.hayloft.api.metrics.LastUpkeep;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.StoreStatus;
import dev.hayloft.store.StoreStatus.PartitionStatus;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Environment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** Hayloft as a Dropwizard application: what Dropwizard is told of a store that is open already. */
public final class HayloftApplication extends Application<HayloftConfiguration> {
    private final Settings settings;
    private final ObjectStore store;
    private final InstantSource clock;

    HayloftApplication(Settings settings, ObjectStore store, InstantSource clock) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public String getName() {
        return "hayloft";
    }

    @Override
    public void run(HayloftConfiguration configuration, Environment environment) {
        environment.jersey().disable(); // Every call goes through the front door: docs/decisions/.
        HealthCheckRegistry health = environment.healthChecks();
        health.register("partitions", check(this::partitions));
        health.register("disk", check(this::disk));
        health.register("volumes", check(this::volumes));
        health.register("scrub", check(this::scrub));
        health.register("keys", check(this::keys));
        for (JobRequest.Kind kind : JobRequest.Kind.values()) {
            environment.admin().addTask(new SubmitTask(store, kind));
        }
    }

    private HealthCheck.Result partitions() {
        StringBuilder problems = new StringBuilder();
        for (PartitionStatus partition : store.status().partitions()) {
            partition.problem().ifPresent(problem -> problems.append("Partition ")
                    .append(partition.id())
                    .append(": ")
                    .append(problem)
                    .append(' '));
        }
        return problems.isEmpty()
                ? HealthCheck.Result.healthy()
                : HealthCheck.Result.unhealthy(problems + "Reads go on. Look at the disk and at the log, then restart"
                        + " the server: it reads back what is really there.");
    }

    private HealthCheck.Result disk() {
        long freeBytes = store.status().freeBytes();
        long reserveBytes = settings.size(Setting.STORAGE_RESERVE);
        return freeBytes >= reserveBytes
                ? HealthCheck.Result.healthy()
                : HealthCheck.Result.unhealthy(
                        ("The disk has %d MiB free, less than storage.reserve, %d MiB: writes are"
                                        + " answered with 507. Delete, compact or add space; they are taken again by themselves.")
                                .formatted(freeBytes >> 20, reserveBytes >> 20));
    }

    /** Damage keeps nobody from being served, so it is told, and the check is passed. */
    private HealthCheck.Result volumes() {
        return volumes(store.status().volumes());
    }

    static HealthCheck.Result volumes(StoreStatus.VolumeCounts volumes) {
        StringBuilder told = new StringBuilder();
        if (volumes.damaged() > 0) {
            told.append("Volumes with damaged or missing bytes: ")
                    .append(volumes.damaged())
                    .append(
                            ". `hayloft scrub` names them and the keys in them, `hayloft repair` makes again what parity"
                                    + " covers.");
        }
        if (volumes.unindexed() > 0) {
            told.append(told.isEmpty() ? "" : " ")
                    .append(
                            "Volumes of which the index may lack keys, since it was built while they could not be read: ")
                    .append(volumes.unindexed())
                    .append(
                            ". What stood there may answer 404 or an older version. Bring them back (their disk, `hayloft"
                                    + " repair`, or their files from a backup), then `hayloft index rebuild`.");
        }
        return told.isEmpty() ? HealthCheck.Result.healthy() : HealthCheck.Result.healthy(told.toString());
    }

    /** Nobody is kept from being served, so this is told, and the check is passed. */
    private HealthCheck.Result scrub() {
        return scrub(store.jobs().list(), settings.time(Setting.SCRUB_EVERY), clock.instant());
    }

    static HealthCheck.Result scrub(List<Job> jobs, Duration every, Instant now) {
        Optional<Instant> ended = LastUpkeep.of(jobs).scrub().map(LastUpkeep::endedAt);
        boolean isLate = ended.filter(end -> end.plus(every.multipliedBy(2)).isBefore(now))
                .isPresent();
        return isLate
                ? HealthCheck.Result.healthy(
                        "The last whole scrub ended at " + ended.get().truncatedTo(ChronoUnit.SECONDS)
                                + ", longer ago than twice scrub.every. `hayloft scrub` starts one; is scrub.bytesPerSecond too low"
                                + " for what the store holds?")
                : HealthCheck.Result.healthy();
    }

    /** The other buckets are served, so this is told, and the check is passed. */
    private HealthCheck.Result keys() {
        int locked = store.status().lockedBuckets();
        return locked == 0
                ? HealthCheck.Result.healthy()
                : HealthCheck.Result.healthy("Encrypted buckets that answer 503, since the server has no master key: "
                        + locked + ". Set encryption.masterKeyFile to the file with their key and restart.");
    }

    private static HealthCheck check(java.util.function.Supplier<HealthCheck.Result> check) {
        return new HealthCheck() {
            @Override
            protected Result check() {
                return check.get();
            }
        };
    }
}
