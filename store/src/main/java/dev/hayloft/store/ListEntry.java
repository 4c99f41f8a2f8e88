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
     * @param info of an object; empty of a marker
     */
    record VersionLine(ObjectKey key, long version, Instant lastModified, Optional<ObjectInfo> info)
            implements ListEntry {}

    /**
     * Keys rolled up by a delimiter.
     *
     * @param prefix up to and with the delimiter
     */
    record PrefixLine(String prefix) implements ListEntry {}
}
