package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads needles where the index says they stand: one lookup, one positional read, one check.
 *
 * <p><i>Threads:</i> any.
 */
public final class NeedleReader {
    /** A volume can go between lookup and lease; the index then already says where the needle went. */
    private static final int ATTEMPTS_MAX = 16;

    private final VolumeLog log;
    private final PointIndex index;
    private final KeyHasher hasher;
    private final BufferPool buffers = new BufferPool();

    NeedleReader(VolumeLog log, PointIndex index, KeyHasher hasher) {
        this.log = log;
        this.index = index;
        this.hasher = hasher;
    }

    /** Hash of a key of a bucket. */
    public KeyHash hash(int bucketId, ObjectKey key) {
        return hasher.object(bucketId, key.utf8());
    }

    KeyHasher hasher() {
        return hasher;
    }

    /** Where a version of a key stands; also while it becomes the newest, or is that no more. */
    public Optional<Location> findVersion(KeyHash hash, long version) {
        Optional<Location> before = Optional.empty();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Location> head = index.find(hash);
            if (head.isEmpty() || head.get().version() == version) {
                return head;
            }
            Optional<Location> older = index.find(hasher.version(hash, version));
            if (older.isPresent() || (attempt > 0 && head.equals(before))) {
                return older;
            }
            before = head;
        }
        return Optional.empty();
    }

    /**
     * Where versions of a key stand, the newest first, delete markers among them.
     *
     * @param before only versions below this one
     * @param max most of them
     */
    public List<Location> versions(KeyHash hash, long before, int max) {
        List<Location> found = new ArrayList<>();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            found.clear();
            Optional<Location> entry = findVersion(hash, before);
            if (entry.filter(location -> location.version() == before).isEmpty()) {
                entry = index.find(hash);
            }
            long next = 0;
            while (entry.isPresent() && found.size() < max) {
                if (entry.get().version() < before) {
                    found.add(entry.get());
                }
                next = entry.get().link();
                entry = next == 0 ? Optional.empty() : index.find(hasher.version(hash, next));
            }
            if (next == 0 || found.size() == max) {
                return found;
            }
        } // The chain was being changed each time we walked along it.
        return found;
    }

    /** Where the newest version of a key stands. */
    public Optional<Location> find(KeyHash hash) {
        return index.find(hash);
    }

    /** Whether {@link #find} would wait for a group of mutations that is being published right now. */
    public boolean mustWait() {
        return index.isMidGroup();
    }

    /** Where an extent stands. */
    public Optional<Location> findExtent(int bucketId, long extentId) {
        return index.find(hasher.extent(bucketId, extentId));
    }

    /**
     * Reads the object needle of a key; may wait for the disk. Empty when there is none.
     *
     * @throws CorruptionException when the bytes are damaged or another key's
     */
    public Optional<OpenNeedle> read(int bucketId, ObjectKey key) {
        KeyHash hash = hash(bucketId, key);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Location> location = index.find(hash);
            if (location.isEmpty() || location.get().has(Location.MARKER)) {
                return Optional.empty();
            }
            Optional<OpenNeedle> needle = readAt(location.get());
            if (needle.isPresent()) {
                return Optional.of(checked(needle.get(), key));
            }
        }
        throw moving();
    }

    /**
     * As {@link #read}, from memory alone: empty when the disk might be asked.
     *
     * @param location what {@link #find} said of this key a moment ago
     */
    public Optional<OpenNeedle> tryRead(Location location, ObjectKey key) {
        return open(location, false).map(needle -> checked(needle, key));
    }

    /** Reads the needle at a location; empty when its volume is gone, so that the index must be asked again. */
    public Optional<OpenNeedle> readAt(Location location) {
        return open(location, true);
    }

    /** As {@link #readAt(Location)}, of the object of a key. */
    public Optional<OpenNeedle> readAt(Location location, ObjectKey key) {
        return readAt(location).map(needle -> checked(needle, key));
    }

    private Optional<OpenNeedle> open(Location location, boolean mayBlock) {
        VolumeLease lease;
        try {
            lease = log.lease(LogPosition.volume(location.position()));
        } catch (RequestException e) {
            Check.invariant(e.code() == ErrorCode.NO_SUCH_VOLUME, "a lease fails for one reason only");
            return Optional.empty();
        }
        return open(location, lease, mayBlock);
    }

    /** Takes over the lease. */
    private Optional<OpenNeedle> open(Location location, VolumeLease lease, boolean mayBlock) {
        ByteBuffer buffer = buffers.take(location.needleSize());
        boolean opened = false;
        try {
            long offset = LogPosition.offset(location.position()) + location.needleOffset();
            Optional<NeedleView> view =
                    mayBlock ? Optional.of(readOrRebuild(lease, offset, buffer)) : readAtOnce(lease, offset, buffer);
            opened = view.isPresent();
            return view.map(needle -> new OpenNeedle(location, needle, buffer, lease, buffers));
        } catch (CorruptionException e) {
            throw e.with("volume", lease.volume()).with("offset", LogPosition.toString(location.position()));
        } finally {
            if (!opened) {
                buffers.give(buffer);
                lease.close();
            }
        }
    }

    /** The needle, if it is in memory; a damaged one is for those who may wait for what makes it whole. */
    private static Optional<NeedleView> readAtOnce(VolumeLease lease, long offset, ByteBuffer buffer) {
        try {
            return lease.tryRead(offset, buffer) ? Optional.of(NeedleView.parse(buffer.flip())) : Optional.empty();
        } catch (CorruptionException damaged) {
            return Optional.empty();
        }
    }

    private static NeedleView readOrRebuild(VolumeLease lease, long offset, ByteBuffer buffer) {
        try {
            lease.read(offset, buffer);
            return NeedleView.parse(buffer.flip());
        } catch (CorruptionException damaged) {
            buffer.rewind();
            if (!lease.rebuild(offset, buffer, NeedleView::isIntact)) {
                throw damaged;
            }
            return NeedleView.parse(buffer.flip());
        }
    }

    private static OpenNeedle checked(OpenNeedle needle, ObjectKey key) {
        boolean same = needle.view().type() == NeedleType.OBJECT
                && key.matches(needle.view().key());
        if (!same) {
            needle.close();
            throw new CorruptionException("The index points at another key's needle.").with("key", key);
        }
        return needle;
    }

    /**
     * Reads an extent.
     *
     * @param held a lease of the extent's volume, which may be deleted meanwhile; it stays the caller's
     */
    public OpenNeedle readExtent(Location location, VolumeLease held, long extentId) {
        Optional<OpenNeedle> needle = open(location, held.again(), true);
        needle.ifPresent(open -> {
            boolean same = open.view().type() == NeedleType.EXTENT
                    && open.view().key().remaining() == ManifestFormat.EXTENT_KEY_SIZE
                    && ManifestFormat.extentId(open.view().key()) == extentId;
            if (!same) {
                open.close();
                throw new CorruptionException("The index points at another extent's needle.").with("extent", extentId);
            }
        });
        return needle.orElseThrow(NeedleReader::moving);
    }

    static CorruptionException moving() {
        return new CorruptionException("A needle could not be reached: its volume is gone, yet the index names it.");
    }
}
