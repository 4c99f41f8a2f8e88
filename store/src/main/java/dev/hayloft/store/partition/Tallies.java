package dev.hayloft.store.partition;

import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Figures per volume and per bucket of one partition: a view over log and index, kept up as mutations are published.
 *
 * <p><i>Threads:</i> changes come from whoever publishes, one at a time; figures may be read by any thread at any time.
 */
public final class Tallies {
    /** One volume's needles. Bytes are of whole needles, without frame headers. */
    public static final class VolumeTally {
        final AtomicLong needles = new AtomicLong();
        final AtomicLong bytes = new AtomicLong();
        final AtomicLong liveBytes = new AtomicLong();
        final Map<Integer, AtomicLong> deletionsByBucket = new ConcurrentHashMap<>();
        final Map<Integer, AtomicLong> bytesByBucket = new ConcurrentHashMap<>();

        /** Objects, tombstones and extents in the volume. */
        public long needles() {
            return needles.get();
        }

        /** Bytes of all of them. */
        public long bytes() {
            return bytes.get();
        }

        /** Bytes of those the index points at. */
        public long liveBytes() {
            return liveBytes.get();
        }

        /** Bytes of deletions, as far as the volume was sealed or they were moved to it. */
        public long deletionBytes() {
            return deletionsByBucket.values().stream()
                    .mapToLong(AtomicLong::get)
                    .sum();
        }

        /** Bytes that neither the index nor anybody who follows the changes can ask for. */
        public long deadBytes() {
            return Math.max(0, bytes.get() - liveBytes.get() - deletionBytes());
        }
    }

    /** One bucket's share of this partition. */
    public static final class BucketTally {
        final AtomicLong objects = new AtomicLong();
        final AtomicLong versions = new AtomicLong();
        final AtomicLong kept = new AtomicLong();
        final AtomicLong logicalBytes = new AtomicLong();
        final AtomicLong storedBytes = new AtomicLong();
        final AtomicLong markerBytes = new AtomicLong();
        final AtomicLong savedBytes = new AtomicLong();
        final AtomicLong appendedBytes = new AtomicLong();
        final AtomicLong deletionBytes = new AtomicLong();

        /** Keys that have an object, not a delete marker, as their newest version. */
        public long objects() {
            return objects.get();
        }

        /** Readable versions of all keys. */
        public long versions() {
            return versions.get();
        }

        /** Versions and markers that a newer version does not replace. */
        public long kept() {
            return kept.get();
        }

        /** Content of readable versions as written. */
        public long logicalBytes() {
            return logicalBytes.get();
        }

        /** Needles of readable versions. */
        public long storedBytes() {
            return storedBytes.get();
        }

        /** What {@link #storedBytes} would be more, were content not shared. */
        public long savedBytes() {
            return savedBytes.get();
        }

        /** Needles that the index points at: those of readable versions, and markers. */
        public long liveBytes() {
            return storedBytes.get() + markerBytes.get();
        }

        /** Needles in volumes that the index does not point at. */
        public long deadBytes() {
            return Math.max(0, appendedBytes.get() - liveBytes() - deletionBytes.get());
        }

        private List<AtomicLong> ofIndex() {
            return List.of(objects, versions, kept, logicalBytes, storedBytes, markerBytes, savedBytes);
        }
    }

    private final Map<Integer, VolumeTally> volumes = new ConcurrentHashMap<>();
    private final Map<Integer, BucketTally> buckets = new ConcurrentHashMap<>();

    /** A volume's figures; zeros for one never seen. */
    public VolumeTally volume(int volume) {
        return volumes.computeIfAbsent(volume, unused -> new VolumeTally());
    }

    /** A bucket's figures; zeros for one never seen. */
    public BucketTally bucket(int bucketId) {
        return buckets.computeIfAbsent(bucketId, unused -> new BucketTally());
    }

    /** The greatest id of a bucket that has a needle in any volume, dead ones too; 0 for none. */
    public int lastBucket() {
        return buckets.entrySet().stream()
                .filter(bucket -> bucket.getValue().appendedBytes.get() > 0)
                .mapToInt(Map.Entry::getKey)
                .max()
                .orElse(0);
    }

    /** All volumes ever seen. */
    Map<Integer, VolumeTally> volumes() {
        return volumes;
    }

    /** All buckets ever seen. */
    Map<Integer, BucketTally> buckets() {
        return buckets;
    }

    /** A needle stands in the log. */
    void appended(int volume, int bucketId, long needles, long bytes) {
        VolumeTally tally = volume(volume);
        tally.needles.addAndGet(needles);
        tally.bytes.addAndGet(bytes);
        tally.bytesByBucket
                .computeIfAbsent(bucketId, unused -> new AtomicLong())
                .addAndGet(bytes);
        bucket(bucketId).appendedBytes.addAndGet(bytes);
    }

    /** The index points at this needle now. */
    void live(Location location) {
        count(location, 1);
    }

    /** What a group of new needles of one volume and bucket adds, summed up before it is counted. */
    static final class Live {
        private final int volume;
        private final int bucketId;
        private long objects;
        private long contentBytes;
        private long needleBytes;

        Live(int volume, int bucketId) {
            this.volume = volume;
            this.bucketId = bucketId;
        }

        /** An object's needle. */
        void add(Location location) {
            objects++;
            contentBytes += location.contentSize();
            needleBytes += location.needleSize();
        }
    }

    /** The index points at these needles now. */
    void live(Live sum) {
        volume(sum.volume).liveBytes.addAndGet(sum.needleBytes);
        BucketTally bucket = bucket(sum.bucketId);
        bucket.storedBytes.addAndGet(sum.needleBytes);
        bucket.objects.addAndGet(sum.objects);
        bucket.versions.addAndGet(sum.objects);
        bucket.logicalBytes.addAndGet(sum.contentBytes);
    }

    /** The index pointed at this needle and does so no more. */
    void dead(Location location) {
        count(location, -1);
    }

    /** The index points at the same needle elsewhere. */
    void moved(Location from, Location to) {
        volume(LogPosition.volume(from.position())).liveBytes.addAndGet(-from.needleSize());
        volume(LogPosition.volume(to.position())).liveBytes.addAndGet(to.needleSize());
        BucketTally bucket = bucket(from.bucketId());
        (from.has(Location.MARKER) ? bucket.markerBytes : bucket.storedBytes)
                .addAndGet(to.needleSize() - from.needleSize());
        relinked(from, to);
    }

    /** The same shared content is referred to more or less often. */
    void relinked(Location from, Location to) {
        bucket(from.bucketId()).savedBytes.addAndGet(savedBytes(to) - savedBytes(from));
    }

    private static long savedBytes(Location location) {
        return location.isSharedContent() ? Math.max(0, location.references() - 1) * location.needleSize() : 0;
    }

    /** So many bytes in a volume are deletions. */
    void addDeletion(int volume, int bucketId, long bytes) {
        volume(volume)
                .deletionsByBucket
                .computeIfAbsent(bucketId, unused -> new AtomicLong())
                .addAndGet(bytes);
        bucket(bucketId).deletionBytes.addAndGet(bytes);
    }

    /** All deletions of a volume, once it has been read. */
    void deletions(int volume, Map<Integer, Long> bytesByBucket) {
        forgetDeletions(volume(volume));
        bytesByBucket.forEach((bucketId, bytes) -> addDeletion(volume, bucketId, bytes));
    }

    private void forgetDeletions(VolumeTally tally) {
        tally.deletionsByBucket.forEach(
                (bucketId, bytes) -> bucket(bucketId).deletionBytes.addAndGet(-bytes.get()));
        tally.deletionsByBucket.clear();
    }

    /** A volume is gone, with all that stood in it. */
    void removeVolume(int volume) {
        VolumeTally gone = volumes.remove(volume);
        if (gone != null) {
            forgetDeletions(gone);
            gone.bytesByBucket.forEach(
                    (bucketId, bytes) -> bucket(bucketId).appendedBytes.addAndGet(-bytes.get()));
        }
    }

    private void count(Location location, int sign) {
        if (location.has(Location.ALIAS)) {
            return; // No needle.
        }
        long needleBytes = (long) sign * location.needleSize();
        volume(LogPosition.volume(location.position())).liveBytes.addAndGet(needleBytes);
        BucketTally bucket = bucket(location.bucketId());
        boolean marker = location.has(Location.MARKER);
        (marker ? bucket.markerBytes : bucket.storedBytes).addAndGet(needleBytes);
        bucket.savedBytes.addAndGet(sign * savedBytes(location));
        if (location.has(Location.KEPT)) {
            bucket.kept.addAndGet(sign);
        }
        if (!marker && !location.has(Location.EXTENT)) {
            bucket.versions.addAndGet(sign);
            bucket.logicalBytes.addAndGet(sign * location.contentSize());
        }
    }

    /** A key has another newest version. */
    void headChanged(Optional<Location> before, Optional<Location> after) {
        before.ifPresent(head -> countHead(head, -1));
        after.ifPresent(head -> countHead(head, 1));
    }

    private void countHead(Location head, int sign) {
        if (!head.has(Location.MARKER)) {
            bucket(head.bucketId()).objects.addAndGet(sign);
        }
    }

    /** An entry of an index that is counted from its beginning. */
    void recount(Location location) {
        live(location);
        if ((location.flags() & (Location.EXTENT | Location.OLDER)) == 0) {
            countHead(location, 1);
        }
    }

    /** Forgets what the index points at; what was appended stays. Before counting an index anew. */
    void clearLive() {
        volumes.values().forEach(volume -> volume.liveBytes.set(0));
        buckets.values().forEach(bucket -> bucket.ofIndex().forEach(figure -> figure.set(0)));
    }

    /** Bytes by bucket in a volume, for its hint file. */
    Map<Integer, AtomicLong> bytesByBucket(int volume) {
        return volume(volume).bytesByBucket;
    }
}
