package dev.hayloft.log;

import java.util.OptionalLong;

/**
 * A sealed volume that others know of: if its file is gone or cut, it is listed all the same, and its readers are told
 * of damage.
 *
 * @param id its number
 * @param dataEndBytes where its last frame ends
 * @param createdAtMillis milliseconds since 1970 UTC
 * @param sealedAtMillis when it was sealed, if that is known
 * @param isElsewhere whether it has no file of its own: {@link Redundancy#readSome} gives its bytes
 */
public record ExpectedVolume(
        int id, long dataEndBytes, long createdAtMillis, OptionalLong sealedAtMillis, boolean isElsewhere) {}
