package dev.hayloft.store;

/** A line of a listing. */
public sealed interface ListEntry {
    /**
     * An object.
     *
     * @param info all that a listing shows
     */
    record ObjectLine(ObjectInfo info) implements ListEntry {}

    /**
     * Keys rolled up by a delimiter.
     *
     * @param prefix up to and with the delimiter
     */
    record PrefixLine(String prefix) implements ListEntry {}
}
