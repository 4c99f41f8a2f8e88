package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.erasure.shard.VolumeEncoder;
import dev.hayloft.log.FrameWalk;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the frames of a volume by the bytes that parity is made of, all data shards side by side. That works when the
 * volume was cut where frames begin, and each shard's frames end where the next shard begins. Where they do not, be it
 * damage, a frame that lies across a cut, or a cut at what looked like a frame in an object, the answer is doubt.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class PassingFrames implements VolumeEncoder.Reader {
    private final ShardLayout layout;
    private final List<FrameWalk> walks = new ArrayList<>();
    private final long[] seen;
    private boolean isDoubtKnown;
    private boolean isUnreadable;

    PassingFrames(ShardLayout layout) {
        this.layout = layout;
        this.seen = new long[layout.dataShards()];
        for (int shard = 0; shard < seen.length; shard++) {
            walks.add(new FrameWalk());
        }
    }

    @Override
    public void read(int shard, byte[] bytes, int length) {
        long left = layout.dataEndBytes() - layout.start(shard) - seen[shard]; // Behind it nothing is read by anybody.
        if (left > 0) {
            walks.get(shard).take(bytes, (int) Math.min(length, left));
        }
        seen[shard] += length;
    }

    @Override
    public void unreadable() {
        isUnreadable = true;
    }

    /** Whether the volume does not give its bytes. */
    boolean isUnreadable() {
        return isUnreadable;
    }

    /** Whether there is doubt, for the first time it is asked then. */
    boolean isNewDoubt() {
        boolean isNew = !isDoubtKnown && walks.stream().anyMatch(FrameWalk::isInDoubt);
        isDoubtKnown |= isNew;
        return isNew;
    }

    /** Whether all frames are right, or the doubt is known. */
    boolean areWhole() {
        return isDoubtKnown || walks.stream().allMatch(FrameWalk::isWhole);
    }
}
