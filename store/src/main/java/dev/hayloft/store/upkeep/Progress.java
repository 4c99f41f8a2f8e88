package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.ShardWatcher;
import dev.hayloft.store.job.JobRun;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How far a job over volumes is. Each volume has a share of the whole, which it can neither exceed nor fall short of:
 * what is read of it may be more than was foreseen (a volume that grows, a file that is read twice) or less (a file
 * that is gone). A volume that turns out to need more work gets more, and the whole grows with it.
 *
 * <p><i>Threads:</i> the job's own.
 */
final class Progress implements ShardWatcher {
    private final JobRun run;
    private final Pace pace;
    private final ToLongFunction<VolumeName> share;
    private final Map<String, Long> shares = new HashMap<>();
    private long total;
    private long left;

    /**
     * Of a job.
     *
     * @param share bytes that a volume is expected to be worth
     */
    Progress(JobRun run, Pace pace, ToLongFunction<VolumeName> share) {
        this.run = run;
        this.pace = pace;
        this.share = share;
    }

    /** Tells what is to be done. */
    void expect(List<VolumeName> volumes) {
        for (VolumeName volume : volumes) {
            long bytes = share.applyAsLong(volume);
            shares.put(volume.text(), bytes);
            total += bytes;
        }
        run.expect(total, "reading volumes");
    }

    /** What is counted from now on is of this volume. */
    void begin(VolumeName volume) {
        left = shares.getOrDefault(volume.text(), 0L);
        run.detail("volume " + volume.text());
    }

    /** The volume is done with: all of its share, whatever was read. */
    void end() {
        run.advance(left);
        left = 0;
    }

    /** The volume at hand needs more than was foreseen. */
    void more(VolumeName volume, long bytes) {
        total += bytes;
        left += bytes;
        run.expect(total, "volume " + volume.text());
    }

    /** Counts bytes, waits until they are due and while the job is paused. */
    @Override
    public void advance(long bytes) {
        long counted = Math.min(bytes, left);
        left -= counted;
        run.advance(counted);
        run.step();
        pace.take(bytes, run::isStopping);
    }

    /** Bytes that a check reads: those of all shards, or of the volume where it is not encoded. */
    static long checked(VolumeName volume) {
        return volume.partition()
                .parity()
                .find(volume.id())
                .map(Progress::shardBytes)
                .orElse(volume.info().dataEndBytes());
    }

    /** Bytes that encoding reads and writes: the volume, parity, and data shards where they become files. */
    static long encoded(VolumeName volume, int dataShards, int parityShards) {
        long data = volume.info().dataEndBytes();
        boolean movesData = volume.partition().parity().folders().count() > 1;
        return data * (movesData ? 2 : 1) + data * parityShards / dataShards;
    }

    private static long shardBytes(ShardSet set) {
        long bytes = 0;
        for (ShardSet.Place place : set.places()) {
            bytes += place.length();
        }
        return bytes;
    }
}
