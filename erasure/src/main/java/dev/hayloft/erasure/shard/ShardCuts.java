package dev.hayloft.erasure.shard;

import java.util.ArrayList;
import java.util.List;

/**
 * Chooses where a volume is cut: at the frame boundary nearest to an even cut, so that a frame lies in one shard,
 * unless that is so far off that the longest shard, and with it all parity, would grow by more than an eighth; then
 * evenly.
 *
 * <p><i>Threads:</i> confined to one.
 */
public final class ShardCuts {
    private static final long TOLERANCE_MAX = 32 << 10;
    private static final long NEAR = 64 << 10;
    private static final int ALIGNMENT = 4;

    private final long volumeBytes;
    private final int dataShards;
    private final long tolerance;
    private final long[] cuts;
    private int next = 1;

    public ShardCuts(long volumeBytes, int dataShards) {
        this.volumeBytes = volumeBytes;
        this.dataShards = dataShards;
        this.tolerance = Math.min(volumeBytes / (16L * dataShards) + TOLERANCE_MAX, volumeBytes / (4L * dataShards));
        this.cuts = new long[dataShards + 1];
        for (int i = 1; i < dataShards; i++) {
            cuts[i] = even(i);
        }
        cuts[dataShards] = volumeBytes;
    }

    /**
     * Where to look for a cut.
     *
     * @param from no frame that begins before counts
     * @param even where it would be best; of what begins behind, the first is enough
     * @param to no frame that begins here or later counts
     */
    public record Stretch(long from, long even, long to) {}

    /** Where to look for frames that begin, in ascending order: a small part of the volume. */
    public List<Stretch> stretches() {
        List<Stretch> stretches = new ArrayList<>();
        for (int i = 1; i < dataShards; i++) {
            stretches.add(new Stretch(
                    Math.max(0, even(i) - Math.min(NEAR, tolerance)),
                    even(i),
                    Math.min(volumeBytes, even(i) + tolerance + 1)));
        }
        return stretches;
    }

    /** Tells where a frame begins; in ascending order. */
    public void boundary(long offset) {
        while (next < dataShards && offset > even(next) + tolerance) {
            next++;
        }
        for (int i = next; i < dataShards && Math.abs(offset - even(i)) <= tolerance; i++) {
            boolean isFirst = cuts[i] == even(i);
            if (isFirst || Math.abs(offset - even(i)) < Math.abs(cuts[i] - even(i))) {
                cuts[i] = offset;
            }
        }
    }

    /** The cuts by what was told, from 0 to the volume's end. */
    public List<Long> cuts() {
        List<Long> result = new ArrayList<>();
        for (long cut : cuts) {
            result.add(cut);
        }
        return result;
    }

    private long even(int i) {
        return volumeBytes * i / dataShards / ALIGNMENT * ALIGNMENT;
    }
}
