package dev.hayloft.store.upkeep;

import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.partition.ManifestExtents;
import dev.hayloft.store.partition.OpenNeedle;
import dev.hayloft.store.partition.Partition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names the keys behind damaged bytes: index entries that point there, then the directory for their names. An entry of
 * an extent is named by the object whose manifest names it. Walks the whole index and directory once, only when there
 * is damage.
 *
 * <p><i>Threads:</i> any.
 */
final class DamagedKeys {
    /** Keys that are named at most; with more, the rest is damaged just as well. */
    static final int NAMED_MAX = 5000;

    private static final int HASHES_MAX = 200_000;

    private final Partition partition;
    private final Map<Integer, String> buckets;
    private final Map<KeyHash, VolumeCheck.Finding> hit = new HashMap<>();
    private final Map<VolumeCheck.Finding, List<Key>> named = new HashMap<>();
    private int count;

    private DamagedKeys(Partition partition, Map<Integer, String> buckets) {
        this.partition = partition;
        this.buckets = buckets;
    }

    /** A key of which something is damaged. */
    record Key(String bucket, String key, long version) {
        Map<String, Object> json() {
            return Map.of("bucket", bucket, "key", key, "version", Long.toUnsignedString(version));
        }
    }

    /**
     * The keys of each finding of one partition.
     *
     * @param buckets names by id, of the partition's living buckets
     * @param onlyLost whether a key that can be read after all is left out
     */
    static Map<VolumeCheck.Finding, List<Key>> find(
            Partition partition, Map<Integer, String> buckets, List<VolumeCheck.Finding> findings, boolean onlyLost) {
        DamagedKeys keys = new DamagedKeys(partition, buckets);
        Map<Integer, List<VolumeCheck.Finding>> byVolume = new HashMap<>();
        for (VolumeCheck.Finding finding : findings) {
            if (finding.hitsData()) {
                byVolume.computeIfAbsent(finding.volume().id(), unused -> new ArrayList<>())
                        .add(finding);
            }
        }
        if (!byVolume.isEmpty()) {
            keys.collect(byVolume);
            if (onlyLost) {
                keys.dropReadable();
            }
            keys.name();
        }
        return keys.named;
    }

    private void collect(Map<Integer, List<VolumeCheck.Finding>> byVolume) {
        partition.forEachEntry((hash, location) -> {
            List<VolumeCheck.Finding> findings = byVolume.get(LogPosition.volume(location.position()));
            if (findings == null || hit.size() >= HASHES_MAX) {
                return;
            }
            long from = LogPosition.offset(location.position()) + location.needleOffset();
            long to = from + location.needleSize();
            for (VolumeCheck.Finding finding : findings) {
                if (from < finding.to() && to > finding.from()) {
                    hit.put(hash, finding);
                    return;
                }
            }
        });
    }

    private void dropReadable() {
        List<KeyHash> readable = new ArrayList<>();
        for (KeyHash hash : hit.keySet()) {
            Optional<Location> location = partition.reader().find(hash);
            if (location.isEmpty() || isReadable(location.get())) {
                readable.add(hash);
            }
        }
        readable.forEach(hit::remove);
    }

    private boolean isReadable(Location location) {
        try {
            partition.reader().readAt(location).ifPresent(OpenNeedle::close);
            return true;
        } catch (CorruptionException lost) {
            return false;
        }
    }

    private void name() {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        for (Map.Entry<Integer, String> bucket : buckets.entrySet()) {
            try (DirectoryCursor lines = partition.directory().cursor(bucket.getKey(), nothing, nothing)) {
                while (lines.hasNext() && !hit.isEmpty() && count < NAMED_MAX) {
                    name(bucket.getValue(), lines.next());
                }
            }
        }
    }

    private void name(String bucket, DirectoryEntry line) {
        KeyHash newest = partition.hasher().object(line.bucketId(), line.key());
        Optional<KeyHash> next = Optional.of(newest);
        while (next.isPresent()) {
            KeyHash hash = next.get();
            Optional<Location> location = partition.reader().find(hash);
            if (location.isEmpty()) {
                return;
            }
            Optional<VolumeCheck.Finding> finding = Optional.ofNullable(hit.get(hash));
            if (finding.isEmpty() && location.get().has(Location.MANIFEST)) {
                finding = ofExtents(location.get());
            }
            finding.ifPresent(of -> add(of, bucket, line, location.get()));
            long older = location.get().link();
            boolean hasOlder = older != 0 && !location.get().has(Location.EXTENT);
            next = hasOlder ? Optional.of(partition.hasher().version(newest, older)) : Optional.empty();
        }
    }

    private void add(VolumeCheck.Finding finding, String bucket, DirectoryEntry line, Location location) {
        if (count < NAMED_MAX) {
            String key = StandardCharsets.UTF_8.decode(line.key().duplicate()).toString();
            named.computeIfAbsent(finding, unused -> new ArrayList<>()).add(new Key(bucket, key, location.version()));
            count++;
        }
    }

    private Optional<VolumeCheck.Finding> ofExtents(Location location) {
        try {
            Optional<OpenNeedle> needle = partition.reader().readAt(location);
            if (needle.isEmpty()) {
                return Optional.empty();
            }
            try (OpenNeedle open = needle.get()) {
                List<VolumeCheck.Finding> found = new ArrayList<>(1);
                new ManifestExtents(partition.reader(), location.bucketId())
                        .forEach(open.view().payload(), id -> Optional.ofNullable(
                                        hit.get(partition.hasher().extent(location.bucketId(), id)))
                                .ifPresent(found::add));
                return found.stream().findFirst();
            }
        } catch (CorruptionException lost) {
            return Optional.empty(); // Its own entry says so.
        }
    }
}
