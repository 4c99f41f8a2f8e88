package dev.hayloft.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A job to be started.
 *
 * @param kind what it does
 * @param bucket only volumes that hold dead bytes of this bucket
 * @param volume only this volume, {@code PARTITION-NUMBER}
 * @param all everything, whatever policy says
 * @param dryRun tell what would be done, and do nothing
 * @param directory where a backup goes
 */
public record JobRequest(
        Kind kind,
        Optional<String> bucket,
        Optional<String> volume,
        boolean all,
        boolean dryRun,
        Optional<String> directory) {
    /** A job of a volume, or of what its kind takes by itself. */
    public JobRequest(Kind kind, Optional<String> volume, boolean all) {
        this(kind, Optional.empty(), volume, all, false, Optional.empty());
    }

    /** A backup into a folder. */
    public static JobRequest backup(Path folder) {
        return new JobRequest(
                Kind.BACKUP, Optional.empty(), Optional.empty(), false, false, Optional.of(folder.toString()));
    }

    /** What jobs do; those named first come first when several wait. */
    public enum Kind {
        /** Closes the open volume of a partition, or with {@code all} of each. */
        SEAL,
        /** Builds index and directory anew from the volumes, while the store serves. */
        REBUILD_INDEX,
        /** Makes what is damaged whole again. */
        REPAIR,
        /** Copies the store as it stands at one moment. */
        BACKUP,
        /** Moves live needles out of volumes and deletes them. */
        COMPACT,
        /** Gives sealed volumes parity. */
        ENCODE,
        /** Reads everything and finds damage. */
        SCRUB;

        /** The contract's name, for example {@code rebuild-index}. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The kind of this name. */
        public static Optional<Kind> find(String wireName) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wireName().equals(wireName))
                    .findFirst();
        }
    }
}
