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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Names the keys behind damaged bytes: index entries that point there, then the directory for their names. An entry of
 * an extent is named by the object whose manifest names it. Walks the whole index and directory once, only when there
 * is damage.
 *
 * <p><i>Threads:</i> any.
 */
final class DamagedKeys {
    /** Keys that are named at most; with more, the rest is damaged just as well, and {@link Named#isCut} says so. */
    static final int NAMED_MAX = 5000;

    /** Entries of keys behind findings: one key may suffer from many. */
    private static final int ENTRIES_MAX = 4 * NAMED_MAX;

    private static final int HASHES_MAX = 200_000;

    private final Partition partition;
    private final Map<Integer, String> buckets;
    private final Map<KeyHash, List<VolumeCheck.Finding>> hit = new HashMap<>();
    private final Map<VolumeCheck.Finding, List<Key>> named = new HashMap<>();
    private int keys;
    private int entries;
    private boolean isFull;
    private boolean isCut;

    private DamagedKeys(Partition partition, Map<Integer, String> buckets) {
        this.partition = partition;
        this.buckets = buckets;
    }

    /**
     * Keys by what damages them.
     *
     * @param keys of each finding
     * @param isCut whether further keys suffer that are not named
     */
    record Named(Map<VolumeCheck.Finding, List<Key>> keys, boolean isCut) {}

    /** A key of which something is damaged. */
    record Key(String bucket, String key, long version) {
        Map<String, Object> json() {
            return Map.of("bucket", bucket, "key", key, "version", Long.toUnsignedString(version));
        }
    }

    /**
     * The keys of each finding of one partition; a key that suffers from several stands behind each.
     *
     * @param buckets names by id, of the partition's living buckets
     * @param onlyLost whether a key that can be read after all is left out
     */
    static Named find(
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
        return new Named(keys.named, keys.isCut || keys.isFull);
    }

    private void collect(Map<Integer, List<VolumeCheck.Finding>> byVolume) {
        partition.forEachEntry((hash, location) -> {
            List<VolumeCheck.Finding> findings = byVolume.get(LogPosition.volume(location.position()));
            if (findings == null) {
                return;
            }
            long from = LogPosition.offset(location.position()) + location.needleOffset();
            long to = from + location.needleSize();
            List<VolumeCheck.Finding> found = findings.stream()
                    .filter(finding -> from < finding.to() && to > finding.from())
                    .toList();
            if (!found.isEmpty()) {
                isCut |= hit.size() >= HASHES_MAX;
                if (hit.size() < HASHES_MAX) {
                    hit.put(hash, found);
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
                while (lines.hasNext() && !hit.isEmpty() && !isFull) {
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
            Set<VolumeCheck.Finding> findings = new LinkedHashSet<>(hit.getOrDefault(hash, List.of()));
            if (location.get().has(Location.MANIFEST)) {
                findings.addAll(ofExtents(location.get()));
            }
            if (!findings.isEmpty()) {
                add(findings, bucket, line, location.get());
            }
            long older = location.get().link();
            boolean hasOlder = older != 0 && !location.get().has(Location.EXTENT);
            next = hasOlder ? Optional.of(partition.hasher().version(newest, older)) : Optional.empty();
        }
    }

    private void add(Set<VolumeCheck.Finding> findings, String bucket, DirectoryEntry line, Location location) {
        if (keys == NAMED_MAX) {
            isFull = true;
            return;
        }
        keys++;
        String text = StandardCharsets.UTF_8.decode(line.key().duplicate()).toString();
        Key key = new Key(bucket, text, location.version());
        for (VolumeCheck.Finding finding : findings) {
            if (entries == ENTRIES_MAX) {
                isFull = true;
                return;
            }
            entries++;
            named.computeIfAbsent(finding, unused -> new ArrayList<>()).add(key);
        }
    }

    private List<VolumeCheck.Finding> ofExtents(Location location) {
        try {
            Optional<OpenNeedle> needle = partition.reader().readAt(location);
            if (needle.isEmpty()) {
                return List.of();
            }
            try (OpenNeedle open = needle.get()) {
                List<VolumeCheck.Finding> found = new ArrayList<>(1);
                new ManifestExtents(partition.reader(), location.bucketId())
                        .forEach(open.view().payload(), id -> Optional.ofNullable(
                                        hit.get(partition.hasher().extent(location.bucketId(), id)))
                                .ifPresent(found::addAll));
                return found;
            }
        } catch (CorruptionException lost) {
            return List.of(); // Its own entry says so.
        }
    }
}
