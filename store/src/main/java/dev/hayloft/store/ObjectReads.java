package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

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
    private final InstantSource clock;

    ObjectReads(BucketRegistry buckets, InstantSource clock) {
        this.buckets = buckets;
        this.clock = clock;
    }

    Optional<StoredObject> read(BucketName name, ObjectKey key) {
        return read(buckets.require(name), key);
    }

    Optional<StoredObject> read(BucketState bucket, ObjectKey key) {
        ReadAttempt attempt = read(bucket, key, OptionalLong.empty(), true);
        return attempt instanceof ReadAttempt.Found found ? Optional.of(found.object()) : Optional.empty();
    }

    /** Found, absent or deleted; with {@code mayBlock} not set also that it would block. */
    ReadAttempt read(BucketName name, ObjectKey key, OptionalLong version, boolean mayBlock) {
        return read(buckets.require(name), key, version, mayBlock);
    }

    ReadAttempt read(BucketState bucket, ObjectKey key, OptionalLong version, boolean mayBlock) {
        NeedleReader reader = bucket.partition().reader();
        KeyHash hash = reader.hash(bucket.id(), key);
        long last = -1;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            if (!mayBlock && reader.mustWait()) {
                return WOULD_BLOCK;
            }
            Optional<Location> found =
                    version.isPresent() ? reader.findVersion(hash, version.getAsLong()) : reader.find(hash);
            if (found.isEmpty() || found.get().isExpired(clock.millis())) {
                return ABSENT;
            }
            Location location = found.get();
            if (location.has(Location.MARKER)) {
                return new ReadAttempt.Deleted(location.version());
            }
            if (!mayBlock) {
                return isSmall(location)
                        ? reader.tryRead(location, key)
                                .flatMap(needle -> openAtOnce(bucket, key, needle))
                                .<ReadAttempt>map(ReadAttempt.Found::new)
                                .orElse(WOULD_BLOCK)
                        : WOULD_BLOCK;
            }
            Optional<StoredObject> object = reader.readAt(location, key).flatMap(needle -> open(bucket, key, needle));
            if (object.isPresent()) {
                return new ReadAttempt.Found(object.get());
            }
            attempt = location.version() == last ? attempt : 0; // An object that changes all the time is not missing.
            last = location.version();
        }
        throw unreachable(key);
    }

    static CorruptionException unreachable(ObjectKey key) {
        return new CorruptionException("Extents of a large object are missing.").with("key", key);
    }

    private static boolean isSmall(Location location) {
        return location.needleSize() <= INLINE_SIZE_MAX
                && location.contentSize() <= INLINE_SIZE_MAX
                && !location.has(Location.MANIFEST);
    }

    /** Empty too when its dictionary is not at hand. */
    private static Optional<StoredObject> openAtOnce(BucketState bucket, ObjectKey key, OpenNeedle needle) {
        if (!bucket.content().isAtHand(needle.view())) {
            needle.close();
            return Optional.empty();
        }
        return open(bucket, key, needle);
    }

    /** Empty when the object was replaced while its extents were looked up. */
    private static Optional<StoredObject> open(BucketState bucket, ObjectKey key, OpenNeedle needle) {
        boolean opened = false;
        try {
            ObjectInfo info = info(bucket, key, needle);
            if (!needle.view().isManifest()) {
                StoredObject object = SmallObject.open(bucket, info, needle);
                opened = true;
                return Optional.of(object);
            }
            return LargeObject.open(bucket, info, needle.view()).map(object -> object);
        } finally {
            if (!opened) {
                needle.close();
            }
        }
    }

    static ObjectInfo info(BucketState bucket, ObjectKey key, OpenNeedle needle) {
        NeedleView view = needle.view();
        return new ObjectInfo(
                key,
                needle.location().version(),
                view.contentSize(),
                view.sha256().orElseThrow(() -> new CorruptionException("An object has no digest.").with("key", key)),
                bucket.attributes(view),
                Instant.ofEpochMilli(needle.location().timeMillis()),
                view.expiresAtMillis().isPresent()
                        ? Optional.of(
                                Instant.ofEpochMilli(view.expiresAtMillis().getAsLong()))
                        : Optional.empty());
    }
}
