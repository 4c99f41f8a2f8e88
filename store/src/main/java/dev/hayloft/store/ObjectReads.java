package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.time.Instant;
import java.util.Optional;

/**
 * Reads: from a key to an open object.
 *
 * <p><i>Threads:</i> any.
 */
final class ObjectReads {
    /** Larger needles are not read on a thread that must not block: copying and checking them takes too long. */
    private static final int INLINE_SIZE_MAX = 80 << 10;

    private static final int ATTEMPTS_MAX = 16;
    private static final ReadAttempt ABSENT = new ReadAttempt.Absent();
    private static final ReadAttempt WOULD_BLOCK = new ReadAttempt.WouldBlock();

    private final BucketRegistry buckets;

    ObjectReads(BucketRegistry buckets) {
        this.buckets = buckets;
    }

    Optional<StoredObject> read(BucketName name, ObjectKey key) {
        return read(buckets.require(name), key);
    }

    Optional<StoredObject> read(BucketState bucket, ObjectKey key) {
        NeedleReader reader = bucket.partition().reader();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<OpenNeedle> found = reader.read(bucket.id(), key);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Optional<StoredObject> object = open(bucket, key, found.get());
            if (object.isPresent()) {
                return object;
            }
        }
        throw new CorruptionException("Extents of a large object are missing.").with("key", key);
    }

    ReadAttempt tryRead(BucketName name, ObjectKey key) {
        BucketState bucket = buckets.require(name);
        NeedleReader reader = bucket.partition().reader();
        KeyHash hash = reader.hash(bucket.id(), key);
        if (reader.mustWait()) {
            return WOULD_BLOCK;
        }
        Optional<Location> location = reader.find(hash);
        if (location.isEmpty()) {
            return ABSENT;
        }
        boolean small = location.get().needleSize() <= INLINE_SIZE_MAX
                && (location.get().flags() & Location.MANIFEST) == 0;
        if (!small) {
            return WOULD_BLOCK;
        }
        return reader.tryRead(location.get(), key)
                .<ReadAttempt>map(needle -> new ReadAttempt.Found(new SmallObject(info(key, needle), needle)))
                .orElse(WOULD_BLOCK);
    }

    /** Empty when the object was replaced while its extents were looked up. */
    private static Optional<StoredObject> open(BucketState bucket, ObjectKey key, OpenNeedle needle) {
        boolean opened = false;
        try {
            ObjectInfo info = info(key, needle);
            if (!needle.view().isManifest()) {
                opened = true;
                return Optional.of(new SmallObject(info, needle));
            }
            return LargeObject.open(bucket, info, needle.view().payload()).map(object -> object);
        } finally {
            if (!opened) {
                needle.close();
            }
        }
    }

    private static ObjectInfo info(ObjectKey key, OpenNeedle needle) {
        NeedleView view = needle.view();
        return new ObjectInfo(
                key,
                needle.location().version(),
                view.contentSize(),
                view.sha256().orElseThrow(() -> new CorruptionException("An object has no digest.").with("key", key)),
                AttributesFormat.decode(view.metadata()),
                Instant.ofEpochMilli(needle.location().timeMillis()));
    }
}
