package dev.hayloft.store.upkeep;

import dev.hayloft.store.job.JobRun;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The volumes that a repair has left whole, remembered for the same job after a restart, which passes them over. Those
 * that stayed damaged are not among them: what is lost is looked for again, because findings are not kept.
 *
 * <p><i>Threads:</i> the job's.
 */
final class DoneVolumes {
    private static final long REMEMBERED_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String DONE = "done";
    private static final String REPAIRED = "repaired";

    private final JobRun run;
    private final Set<String> done;
    private long repaired;
    private long rememberedNanos = System.nanoTime();

    private DoneVolumes(JobRun run, Set<String> done, long repaired) {
        this.run = run;
        this.done = done;
        this.repaired = repaired;
    }

    /** What the job remembers; nothing at its beginning. */
    static DoneVolumes recall(JobRun run) {
        Map<String, String> facts = run.remembered();
        return new DoneVolumes(
                run, Scrub.Runs.read(facts.getOrDefault(DONE, "")), Long.parseLong(facts.getOrDefault(REPAIRED, "0")));
    }

    boolean contains(String volume) {
        return done.contains(volume);
    }

    /** Shards that were made whole, before a restart too. */
    long repaired() {
        return repaired;
    }

    /** A volume was looked at, and mended as far as that can be; what was mended is remembered at once. */
    void add(String volume, int shardsRepaired, boolean isWhole) {
        repaired += shardsRepaired;
        if (isWhole) {
            done.add(volume);
        }
        if (shardsRepaired > 0 || System.nanoTime() - rememberedNanos > REMEMBERED_EVERY_NANOS) {
            run.remember(Map.of(DONE, Scrub.Runs.write(done), REPAIRED, Long.toString(repaired)));
            rememberedNanos = System.nanoTime();
        }
    }
}
