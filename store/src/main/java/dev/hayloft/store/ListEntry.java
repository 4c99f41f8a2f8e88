package dev.hayloft.store;

import dev.hayloft.model.ObjectKey;
import java.time.Instant;
import java.util.Optional;

/** A line of a listing. */
public sealed interface ListEntry {
    /**
     * An object.
     *
     * @param info all that a listing shows
     */
    record ObjectLine(ObjectInfo info) implements ListEntry {}

    /**
     * A version of an object, or a delete marker.
     *
     * @param key its name
     * @param version its number
     * @param lastModified when it was written
     * @param info of an object; empty of a marker, and of what cannot be read
     * @param damaged of an object that cannot be read
     */
    record VersionLine(
            ObjectKey key, long version, Instant lastModified, Optional<ObjectInfo> info, Optional<Damaged> damaged)
            implements ListEntry {
        /** Of one that can be read, or a marker. */
        public VersionLine(ObjectKey key, long version, Instant lastModified, Optional<ObjectInfo> info) {
            this(key, version, lastModified, info, Optional.empty());
        }

        /** Whether it says that its key was deleted. */
        public boolean isMarker() {
            return info.isEmpty() && damaged.isEmpty();
        }
    }

    /**
     * What is known of an object whose bytes are damaged.
     *
     * @param sizeBytes its content as written
     * @param expiresAt from when it is not there any more
     */
    record Damaged(long sizeBytes, Optional<Instant> expiresAt) {}

    /**
     * Keys rolled up by a delimiter.
     *
     * @param prefix up to and with the delimiter
     */
    record PrefixLine(String prefix) implements ListEntry {}
}
