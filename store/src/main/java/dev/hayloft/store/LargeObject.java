package dev.hayloft.store;

import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.Manifest;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object whose bytes stand in extents. Where they stand is looked up when it is opened, and their volumes are
 * leased, so that it reads the same whatever is written, deleted or compacted meanwhile.
 */
final class LargeObject implements StoredObject {
    private final ObjectInfo info;
    private final NeedleReader reader;
    private final BucketContent content;
    private final Manifest manifest;
    private final List<Location> extents;
    private final List<VolumeLease> leases;
    private Optional<OpenNeedle> current = Optional.empty();
    private ByteBuffer currentContent = ByteBuffer.allocate(0);
    private int currentIndex = -1;

    private LargeObject(
            ObjectInfo info, BucketState bucket, Manifest manifest, List<Location> extents, List<VolumeLease> leases) {
        this.info = info;
        this.reader = bucket.partition().reader();
        this.content = bucket.content();
        this.manifest = manifest;
        this.extents = extents;
        this.leases = leases;
    }

    /** Empty when an extent is not where it should be: the object was replaced, or the index is damaged. */
    static Optional<LargeObject> open(BucketState bucket, ObjectInfo info, ByteBuffer payload) {
        NeedleReader reader = bucket.partition().reader();
        // A copy, because the manifest outlives the needle's buffer.
        Manifest manifest = ManifestFormat.parse(ByteBuffer.allocate(payload.remaining())
                .put(payload.duplicate())
                .flip());
        List<Location> extents = new ArrayList<>(manifest.count());
        Map<Integer, VolumeLease> leases = new LinkedHashMap<>();
        boolean opened = false;
        try {
            for (int i = 0; i < manifest.count(); i++) {
                Optional<Location> location = reader.findExtent(bucket.id(), manifest.id(i));
                if (location.isEmpty()) {
                    return Optional.empty();
                }
                int volume = LogPosition.volume(location.get().position());
                if (!leases.containsKey(volume)) {
                    leases.put(volume, bucket.partition().log().lease(volume));
                }
                extents.add(location.get());
            }
            opened = true;
            return Optional.of(new LargeObject(info, bucket, manifest, extents, List.copyOf(leases.values())));
        } catch (RequestException e) {
            return Optional.empty(); // The volume went between lookup and lease: look again.
        } finally {
            if (!opened) {
                leases.values().forEach(VolumeLease::close);
            }
        }
    }

    @Override
    public ObjectInfo info() {
        return info;
    }

    @Override
    public boolean inMemory() {
        return false;
    }

    @Override
    public ByteBuffer read(long offset, int sizeMaxBytes) {
        Check.argument(offset >= 0 && offset <= info.sizeBytes(), "offset out of range");
        if (offset == info.sizeBytes()) {
            return ByteBuffer.allocate(0);
        }
        int index = (int) (offset / manifest.extentSizeBytes());
        int inside = (int) (offset % manifest.extentSizeBytes());
        ByteBuffer extent = extent(index);
        long expected =
                Math.min(manifest.extentSizeBytes(), info.sizeBytes() - (long) index * manifest.extentSizeBytes());
        if (extent.remaining() != expected) {
            throw new CorruptionException("An extent has another size than its object says.")
                    .with("key", info.key())
                    .with("extent", index);
        }
        return extent.slice(extent.position() + inside, Math.min(sizeMaxBytes, extent.remaining() - inside));
    }

    private ByteBuffer extent(int index) {
        if (index == currentIndex) {
            return currentContent;
        }
        releaseCurrent();
        int volume = LogPosition.volume(extents.get(index).position());
        VolumeLease lease = leases.stream()
                .filter(held -> held.volume() == volume)
                .findFirst()
                .orElseThrow();
        OpenNeedle needle = reader.readExtent(extents.get(index), lease, manifest.id(index));
        current = Optional.of(needle);
        currentContent = content.decode(needle.view());
        currentIndex = index; // Last: what cannot be decoded is released and was never current.
        return currentContent;
    }

    private void releaseCurrent() {
        current.ifPresent(OpenNeedle::close);
        current = Optional.empty();
        currentIndex = -1;
    }

    @Override
    public void close() {
        releaseCurrent();
        leases.forEach(VolumeLease::close);
    }
}
