package dev.hayloft.store;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.partition.VersionClock;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Keeps the ceiling of the version clock durable ahead of its use, so that a start after anything begins above every
 * number that was ever given.
 *
 * <p><i>Threads:</i> opened by one, renewed by the store's maintenance thread.
 */
final class VersionReservation {
    private static final Logger LOG = System.getLogger(VersionReservation.class.getName());
    private static final String RECORD = SystemRecords.VERSIONS;
    private static final Duration AHEAD = Duration.ofSeconds(60);

    private final SystemRecords records;
    private final InstantSource clock;
    private final VersionClock versions;

    private VersionReservation(SystemRecords records, InstantSource clock, VersionClock versions) {
        this.records = records;
        this.clock = clock;
        this.versions = versions;
    }

    static VersionReservation open(SystemRecords records, InstantSource clock) {
        long floor = floor(records);
        long ceiling = ceilingFrom(clock, floor);
        write(records, ceiling);
        return new VersionReservation(records, clock, new VersionClock(clock, floor, ceiling));
    }

    /** A lost record is no reason not to start: the logs tell the last versions too, and a backup has an older one. */
    private static long floor(SystemRecords records) {
        try {
            return records.read(RECORD)
                    .map(fields -> Long.parseLong(fields.getProperty("ceiling")))
                    .orElse(0L);
        } catch (CorruptionException | UncheckedIOException e) {
            LOG.log(
                    Level.WARNING,
                    "The record " + RECORD + " is damaged: versions go on by the clock and the logs.",
                    e);
            return 0;
        }
    }

    private static long ceilingFrom(InstantSource clock, long last) {
        return Math.max(last, VersionClock.atMillis(clock.millis())) + VersionClock.atMillis(AHEAD.toMillis());
    }

    private static void write(SystemRecords records, long ceiling) {
        records.write(RECORD, Map.of("ceiling", Long.toString(ceiling)));
    }

    VersionClock versions() {
        return versions;
    }

    /** Raises the ceiling once less than half of the reservation is left. */
    void renewIfNeeded() {
        long ceiling = ceilingFrom(clock, versions.last());
        if (ceiling - versions.ceiling() > VersionClock.atMillis(AHEAD.toMillis() / 2)) {
            write(records, ceiling);
            versions.raiseCeiling(ceiling);
        }
    }

    /** At a clean stop: the next start goes on right behind the last number. No version may be given afterwards. */
    void settle() {
        write(records, versions.last());
    }
}
