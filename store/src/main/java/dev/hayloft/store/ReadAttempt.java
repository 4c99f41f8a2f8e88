package dev.hayloft.store;

/** What a read that must not block can answer. */
public sealed interface ReadAttempt {
    /**
     * There it is.
     *
     * @param object to be closed after use
     */
    record Found(StoredObject object) implements ReadAttempt {}

    /**
     * A delete marker stands there.
     *
     * @param version its number
     */
    record Deleted(long version) implements ReadAttempt {}

    /** The key has no object, or not this version. */
    record Absent() implements ReadAttempt {}

    /** Ask again with {@link ObjectStore#read} from a thread that may block. */
    record WouldBlock() implements ReadAttempt {}
}
