package dev.hayloft.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A job as it stands.
 *
 * @param id a decimal number
 * @param kind what it does
 * @param volume the one volume it was asked for
 * @param state where it is
 * @param progress 0..1
 * @param detail what it does right now, for people
 * @param bytesDone read or written so far
 * @param bytesTotal expected, 0 while unknown
 * @param createdAt when it was asked for
 * @param startedAt when it began
 * @param finishedAt when it ended
 * @param result of a finished job by name: numbers, texts, true and false, lists of these, maps of these by name
 * @param error why it failed
 */
public record Job(
        String id,
        JobRequest.Kind kind,
        Optional<String> volume,
        State state,
        double progress,
        String detail,
        long bytesDone,
        long bytesTotal,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        Optional<SortedMap<String, Object>> result,
        Optional<String> error) {
    /** Where a job is in its life. */
    public enum State {
        QUEUED,
        RUNNING,
        PAUSED,
        DONE,
        FAILED,
        CANCELLED
    }

    /** A result from names and figures. */
    public static SortedMap<String, Object> result(Map<String, ?> figures) {
        return new TreeMap<>(figures);
    }
}
