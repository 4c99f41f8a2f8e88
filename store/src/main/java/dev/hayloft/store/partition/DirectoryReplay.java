package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryCheckpoint;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.error.CorruptionException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings the directory up to the log: walks from where it stands and asks the index, which is up to date already, which
 * needles count. So the order of needles does not matter, and moved ones do no harm.
 */
final class DirectoryReplay {
    private static final int BATCH = 1000;

    private static final Logger LOG = System.getLogger(DirectoryReplay.class.getName());

    private final VolumeLog log;
    private final NeedleReader reader;
    private final KeyIndex index;
    private final KeyHasher hasher;
    private final Directory directory;
    private final List<DirectoryChange> changes = new ArrayList<>();
    private long lastSequence;
    private long lastPosition;

    DirectoryReplay(VolumeLog log, KeyIndex index, KeyHasher hasher, Directory directory) {
        this.log = log;
        this.reader = new NeedleReader(log, new PointIndex(index), hasher);
        this.index = index;
        this.hasher = hasher;
        this.directory = directory;
    }

    /** Applies everything after what the directory has, up to the end of the log. */
    void run(long logLastSequence) {
        DirectoryCheckpoint known = directory.flushed();
        if (known.sequence() >= logLastSequence) {
            return;
        }
        lastSequence = known.sequence();
        lastPosition = known.position();
        log.scan(lastPosition, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                frame.forEachNeedle(needle -> apply(frame, needle, known.sequence()));
                lastPosition = frame.position();
                submitIfMany();
            }

            @Override
            public void remains(FrameView frame) {
                frame.forEachIntactNeedle(needle -> apply(frame, needle, known.sequence()));
                submitIfMany();
            }

            private void submitIfMany() {
                if (changes.size() >= BATCH) {
                    submit(known.sequence(), known.position());
                }
            }
        });
        submit(Math.max(lastSequence, logLastSequence), lastPosition); // Numbers never written count as passed.
    }

    private void apply(FrameView frame, NeedleView needle, long flushed) {
        boolean named = needle.type() == NeedleType.OBJECT || needle.type() == NeedleType.TOMBSTONE;
        boolean counts = named || needle.type() == NeedleType.EXTENT;
        if (counts && !needle.isStamped()) {
            lastSequence = Math.max(lastSequence, needle.sequence());
        }
        if (!named || needle.sequence() <= flushed) {
            return;
        }
        KeyHash hash = hasher.object(frame.bucketId(), needle.key());
        Optional<Location> newest = index.find(hash);
        boolean isVersion = needle.type() == NeedleType.OBJECT || needle.isMarker();
        if (!isVersion) {
            changes.add(newest.map(location -> promoted(location, needle))
                    .orElseGet(
                            () -> new DirectoryChange.Delete(frame.bucketId(), copy(needle.key()), needle.sequence())));
        } else if (newest.filter(location -> location.version() == needle.version())
                .isPresent()) {
            changes.add(new DirectoryChange.Put(entry(frame.bucketId(), needle), needle.sequence()));
        } else if (needle.expiresAtMillis().isPresent()) {
            index.find(hasher.version(hash, needle.version()))
                    .ifPresent(location ->
                            changes.add(new DirectoryChange.Expires(expiry(location, needle), needle.sequence())));
        }
    }

    /** A tombstone took a version away, and an older one came up: its own needle may have been replayed long ago. */
    private DirectoryChange promoted(Location newest, NeedleView tombstone) {
        try (OpenNeedle needle = reader.readAt(newest).orElseThrow(NeedleReader::moving)) {
            return new DirectoryChange.Put(entry(newest, needle.view()), tombstone.sequence());
        } catch (CorruptionException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "The newest version of a key cannot be read: it is not listed.", e);
            return new DirectoryChange.Delete(newest.bucketId(), copy(tombstone.key()), tombstone.sequence());
        }
    }

    static DirectoryExpiry expiry(Location location, NeedleView needle) {
        return new DirectoryExpiry(
                location.expiresAtMillis(), location.version(), location.bucketId(), copy(needle.key()));
    }

    /** The line of a version's needle, with copies of its bytes. */
    static DirectoryEntry entry(int bucketId, NeedleView needle) {
        return entry(bucketId, needle.version(), needle.timeMillis(), needle);
    }

    /** The same of a needle that was read without its frame. */
    static DirectoryEntry entry(Location location, NeedleView needle) {
        return entry(location.bucketId(), location.version(), location.timeMillis(), needle);
    }

    private static DirectoryEntry entry(int bucketId, long version, long timeMillis, NeedleView needle) {
        if (needle.isMarker()) {
            return DirectoryEntry.marker(bucketId, copy(needle.key()), version, timeMillis);
        }
        return new DirectoryEntry(
                bucketId,
                copy(needle.key()),
                version,
                needle.contentSize(),
                timeMillis,
                needle.sha256().orElseThrow(() -> new CorruptionException("An object has no digest.")),
                needle.expiresAtMillis(),
                copy(needle.metadata()));
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    /**
     * Hands changes over, and up to where the directory has all then. That is the end of the log or nothing new:
     * compaction puts needles of low sequences behind those of high ones, so none in between says what is missing.
     */
    private void submit(long sequence, long position) {
        directory.submit(List.copyOf(changes), sequence, position);
        changes.clear();
    }
}
