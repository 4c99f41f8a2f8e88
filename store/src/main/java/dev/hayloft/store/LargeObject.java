package dev.hayloft.store;

import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.AppendedBody;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.Manifest;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.Piece;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.content.ContentMemory;
import dev.hayloft.store.partition.ManifestExtents;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object whose bytes stand in extents, the last few of one that was appended to in its manifest. Where they stand is
 * looked up when it is opened, and their volumes are leased, so that it reads the same whatever is written, deleted or
 * compacted meanwhile.
 */
final class LargeObject implements StoredObject {
    private final ObjectInfo info;
    private final NeedleReader reader;
    private final BucketContent content;
    private final ByteBuffer manifestBytes;
    private final Coding manifestCoding;
    private final List<Piece> pieces;
    private final long[] starts; // Of the pieces in the content, and at the end of the tail.
    private final ByteBuffer tail;
    private final List<Location> extents;
    private final List<VolumeLease> leases;
    private Optional<ByteBuffer> whole = Optional.empty();
    private final ContentMemory memory;
    private Optional<OpenNeedle> current = Optional.empty();
    private ByteBuffer currentContent = ByteBuffer.allocate(0);
    private int currentIndex = -1;

    private LargeObject(
            ObjectInfo info,
            BucketState bucket,
            ByteBuffer manifestBytes,
            Coding manifestCoding,
            List<Piece> pieces,
            ByteBuffer tail,
            List<Location> extents,
            List<VolumeLease> leases) {
        this.info = info;
        this.manifestBytes = manifestBytes;
        this.manifestCoding = manifestCoding;
        this.reader = bucket.partition().reader();
        this.content = bucket.content();
        this.memory = content.memory();
        this.pieces = pieces;
        this.tail = tail;
        this.starts = new long[pieces.size() + 2];
        for (int i = 0; i < pieces.size(); i++) {
            starts[i + 1] = starts[i] + pieces.get(i).sizeBytes();
        }
        starts[pieces.size() + 1] = starts[pieces.size()] + tail.remaining();
        this.extents = extents;
        this.leases = leases;
    }

    /** Empty when an extent is not where it should be: the object was replaced, or the index is damaged. */
    static Optional<LargeObject> open(BucketState bucket, ObjectInfo info, NeedleView manifestNeedle) {
        NeedleReader reader = bucket.partition().reader();
        ByteBuffer payload = manifestNeedle.payload();
        // A copy, because the manifest outlives the needle's buffer.
        ByteBuffer bytes = ByteBuffer.allocate(payload.remaining())
                .put(payload.duplicate())
                .flip();
        Manifest manifest = ManifestFormat.parse(bytes);
        Optional<List<Piece>> resolved = new ManifestExtents(reader, bucket.id()).pieces(manifest, info.sizeBytes());
        if (resolved.isEmpty()) {
            return Optional.empty();
        }
        List<Piece> pieces = resolved.get();
        ByteBuffer tail = manifest.appended().map(AppendedBody::tail).orElseGet(() -> ByteBuffer.allocate(0));
        List<Location> extents = new ArrayList<>(pieces.size());
        Map<Integer, VolumeLease> leases = new LinkedHashMap<>();
        boolean opened = false;
        try {
            for (Piece piece : pieces) {
                Optional<Location> location = reader.findExtent(bucket.id(), piece.extentId());
                if (location.isEmpty()) {
                    return Optional.empty();
                }
                int volume = LogPosition.volume(location.get().position());
                if (!leases.containsKey(volume)) {
                    leases.put(volume, bucket.partition().log().lease(volume));
                }
                extents.add(location.get());
            }
            LargeObject object = new LargeObject(
                    info, bucket, bytes, manifestNeedle.coding(), pieces, tail, extents, List.copyOf(leases.values()));
            object.checkSize();
            if (info.sizeBytes() <= ObjectStore.EXTENT_SIZE) {
                object.load();
            }
            opened = true;
            return Optional.of(object);
        } catch (RequestException e) {
            return Optional.empty(); // The volume went between lookup and lease: look again.
        } finally {
            if (!opened) {
                leases.values().forEach(VolumeLease::close);
            }
        }
    }

    /** The manifest's bytes, for another needle of the same bucket that takes the extents over. */
    ByteBuffer manifestBytes() {
        return manifestBytes.duplicate();
    }

    /** How the manifest stands in its needle: whether it names shared content. */
    Coding manifestCoding() {
        return manifestCoding;
    }

    /** Its body, if it was appended to. */
    Optional<AppendedBody> appended() {
        return ManifestFormat.parse(manifestBytes.duplicate()).appended();
    }

    @Override
    public ObjectInfo info() {
        return info;
    }

    @Override
    public boolean inMemory() {
        return whole.isPresent();
    }

    private void checkSize() {
        if (starts[starts.length - 1] != info.sizeBytes()) {
            throw new CorruptionException("A manifest names another size than its object has.").with("key", info.key());
        }
    }

    /** Reads all of a small one at once: what reads it then needs not wait. */
    private void load() {
        boolean isOneExtent = pieces.size() == 1 && !tail.hasRemaining();
        try {
            whole = Optional.of(isOneExtent ? read(0, (int) info.sizeBytes()) : joined());
        } finally {
            if (!isOneExtent || whole.isEmpty()) { // Else it stands in the extent.
                releaseCurrent();
            }
        }
    }

    private ByteBuffer joined() {
        ByteBuffer content = ByteBuffer.allocate((int) info.sizeBytes());
        while (content.hasRemaining()) {
            content.put(read(content.position(), content.remaining()));
        }
        return content.flip().asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer read(long offset, int sizeMaxBytes) {
        Check.argument(offset >= 0 && offset <= info.sizeBytes(), "offset out of range");
        if (offset == info.sizeBytes()) {
            return ByteBuffer.allocate(0);
        }
        if (whole.isPresent()) {
            return whole.get().slice((int) offset, (int) Math.min(sizeMaxBytes, info.sizeBytes() - offset));
        }
        int found = Arrays.binarySearch(starts, 0, pieces.size() + 1, offset);
        int index = found >= 0 ? found : -found - 2;
        int inside = (int) (offset - starts[index]);
        ByteBuffer extent = index == pieces.size() ? tail : extent(index);
        if (extent.remaining() != starts[index + 1] - starts[index]) {
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
        OpenNeedle needle =
                reader.readExtent(extents.get(index), lease, pieces.get(index).extentId());
        current = Optional.of(needle);
        currentContent = content.decode(needle.view(), memory);
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
        memory.close();
        leases.forEach(VolumeLease::close);
    }
}
