package dev.hayloft.store;

import java.util.Optional;

/**
 * A job to be started.
 *
 * @param kind what it does
 * @param volume only this volume, {@code PARTITION-NUMBER}
 * @param all everything, whatever policy says
 */
public record JobRequest(Kind kind, Optional<String> volume, boolean all) {
    /** What jobs do. */
    public enum Kind {
        /** Closes the open volume of a partition, or with {@code all} of each. */
        SEAL,
        /** Builds index and directory anew from the volumes, while the store serves. */
        REBUILD_INDEX;

        /** The contract's name, for example {@code rebuild-index}. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
