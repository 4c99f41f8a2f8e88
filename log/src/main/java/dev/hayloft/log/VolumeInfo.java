package dev.hayloft.log;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A volume at one moment.
 *
 * @param id its number, dense from 0 within the partition
 * @param state whether it is the one that is appended to
 * @param dataEndBytes where its last frame ends in the file; of an open volume that was neither scanned nor appended to
 *     the length of the file, which may be more
 * @param createdAtMillis milliseconds since 1970 UTC
 * @param sealedAtMillis when it was sealed, or cut after an unclean stop; empty while it is open, or when only a later,
 *     lost volume knew
 * @param path its file, which may move once, when it is sealed
 */
public record VolumeInfo(
        int id, State state, long dataEndBytes, long createdAtMillis, OptionalLong sealedAtMillis, Path path) {
    /** A volume is appended to or immutable. */
    public enum State {
        OPEN,
        SEALED
    }
}
