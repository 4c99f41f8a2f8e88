package dev.hayloft.store;

/**
 * From a bucket to its partition. Buckets map to 4096 slots and slots to partitions, so that slots can move when
 * partitions are added.
 */
final class Slots {
    static final int COUNT = 4096;

    private Slots() {}

    /** The slot of a bucket, 0..4095. */
    static int slotOf(int bucketId) {
        return Math.floorMod(bucketId, COUNT);
    }

    /** The partition that holds the bucket. */
    static int partitionOf(int bucketId, int partitions) {
        return slotOf(bucketId) % partitions;
    }
}
