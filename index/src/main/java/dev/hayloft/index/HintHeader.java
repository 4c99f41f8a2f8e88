package dev.hayloft.index;

import java.util.List;
import java.util.UUID;

/**
 * What a hint file says about its volume.
 *
 * @param storeId the store that the volume belongs to
 * @param partition the partition
 * @param volume the volume's id
 * @param dataEndBytes where the volume's last frame ends in its file
 * @param firstSequence lowest sequence of a needle in the volume
 * @param lastSequence highest sequence of a needle in the volume; below {@code firstSequence} when there is none
 * @param tallies one per bucket
 */
public record HintHeader(
        UUID storeId,
        int partition,
        int volume,
        long dataEndBytes,
        long firstSequence,
        long lastSequence,
        List<BucketTally> tallies) {
    public HintHeader {
        tallies = List.copyOf(tallies);
    }
}
