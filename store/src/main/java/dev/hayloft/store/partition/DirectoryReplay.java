package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryEntry;
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

    private final VolumeLog log;
    private final KeyIndex index;
    private final KeyHasher hasher;
    private final Directory directory;
    private final List<DirectoryChange> changes = new ArrayList<>();
    private long lastSequence;
    private long lastPosition;

    DirectoryReplay(VolumeLog log, KeyIndex index, KeyHasher hasher, Directory directory) {
        this.log = log;
        this.index = index;
        this.hasher = hasher;
        this.directory = directory;
    }

    /** Applies everything after what the directory has, up to the end of the log. */
    void run(long logLastSequence) {
        long flushed = directory.flushedSequence();
        if (flushed >= logLastSequence) {
            return;
        }
        lastSequence = flushed;
        lastPosition = directory.flushedPosition();
        log.scan(lastPosition, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                frame.forEachNeedle(needle -> apply(frame, needle, flushed));
                lastPosition = frame.position();
                if (changes.size() >= BATCH) {
                    submit();
                }
            }
        });
        lastSequence = Math.max(lastSequence, logLastSequence); // Sequences that were never written count as passed.
        submit();
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
        Optional<Location> current = index.find(hash);
        if (needle.type() == NeedleType.TOMBSTONE) {
            if (current.isEmpty()) {
                changes.add(new DirectoryChange.Delete(frame.bucketId(), copy(needle.key()), needle.sequence()));
            }
        } else if (current.filter(location -> location.version() == needle.version())
                .isPresent()) {
            changes.add(new DirectoryChange.Put(entry(frame.bucketId(), needle), needle.sequence()));
        }
    }

    /** The line of an object's needle, with copies of its bytes. */
    static DirectoryEntry entry(int bucketId, NeedleView needle) {
        return new DirectoryEntry(
                bucketId,
                copy(needle.key()),
                needle.version(),
                needle.contentSize(),
                needle.timeMillis(),
                needle.sha256().orElseThrow(() -> new CorruptionException("An object has no digest.")),
                needle.expiresAtMillis(),
                copy(needle.metadata()));
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    private void submit() {
        if (lastSequence > directory.appliedSequence()) {
            directory.submit(List.copyOf(changes), lastSequence, lastPosition);
        }
        changes.clear();
    }
}
