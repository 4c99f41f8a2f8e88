package dev.hayloft.api.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What goes on for longer than a moment: requests of records, and readers of changes. A reader that asks page by page
 * is known by its key, bucket, prefix and form, and forgotten when it has not asked for {@link #FORGOTTEN_AFTER}.
 *
 * <p><i>Threads:</i> any.
 */
public final class LiveStreams {
    /** How long a reader is shown that asks no more. */
    public static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(2);

    /** Readers kept at most; those heard of longest ago go first. */
    public static final int READERS_MAX = 1_000;

    private final Map<Object, Live> ingests = new ConcurrentHashMap<>();
    private final Map<Reader, Progress> readers = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    private record Live(Supplier<Ingest> figures, Runnable stop) {}

    /**
     * A request of records as it stands.
     *
     * @param request its id
     * @param producer empty where it names none
     * @param acknowledged records
     */
    public record Ingest(
            String request,
            String bucket,
            String accessKey,
            Optional<String> producer,
            Instant startedAt,
            long acknowledged) {}

    /**
     * Who reads changes.
     *
     * @param prefix of the keys it wants
     * @param form {@code lines}, {@code records} or {@code events}
     */
    public record Reader(String bucket, String accessKey, String prefix, String form) {}

    /**
     * How far a reader is.
     *
     * @param cursor behind what it was given last
     * @param changes it was given since it was first heard of
     * @param isWaiting whether it has all there is and waits for more
     * @param firstReadAt when it was first heard of
     * @param lastReadAt when it was heard of last
     */
    public record Progress(String cursor, long changes, boolean isWaiting, Instant firstReadAt, Instant lastReadAt) {}

    /**
     * A request of records begins; {@link #ended} is to follow.
     *
     * @param stop asks it to end soon; any thread, at any time, also more than once
     */
    public void began(Object stream, Supplier<Ingest> figures, Runnable stop) {
        ingests.put(stream, new Live(figures, stop));
        if (stopping) {
            stop.run();
        }
    }

    /** Asks all requests of records to end, those that begin later too. */
    public void stopIngests() {
        stopping = true;
        ingests.values().forEach(live -> live.stop().run());
    }

    /** A request of records is over. */
    public void ended(Object stream) {
        ingests.remove(stream);
    }

    /** A reader was given changes, or waits for some. */
    public void read(Reader reader, String cursor, int changes, boolean isWaiting, Instant now) {
        if (readers.size() >= READERS_MAX && !readers.containsKey(reader)) {
            readers.entrySet().stream()
                    .min(Comparator.comparing(entry -> entry.getValue().lastReadAt()))
                    .ifPresent(oldest -> readers.remove(oldest.getKey()));
        }
        readers.merge(
                reader,
                new Progress(cursor, changes, isWaiting, now, now),
                (before, latest) ->
                        new Progress(cursor, before.changes() + changes, isWaiting, before.firstReadAt(), now));
    }

    /** Requests of records, the oldest first. */
    public List<Ingest> ingests() {
        List<Ingest> all = new ArrayList<>();
        ingests.values().forEach(live -> all.add(live.figures().get()));
        all.sort(Comparator.comparing(Ingest::startedAt).thenComparing(Ingest::request));
        return all;
    }

    /** Requests of records. */
    int ingestCount() {
        return ingests.size();
    }

    /** Readers, as of the last look at them. */
    int readerCount() {
        return readers.size();
    }

    /** Readers that have been heard of lately. */
    public Map<Reader, Progress> readers(Instant now) {
        Instant since = now.minus(FORGOTTEN_AFTER); // Who waits is heard of sooner: a wait ends within a minute.
        readers.values().removeIf(progress -> progress.lastReadAt().isBefore(since));
        return Map.copyOf(readers);
    }
}
