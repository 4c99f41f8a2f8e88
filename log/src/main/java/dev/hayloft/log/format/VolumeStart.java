package dev.hayloft.log.format;

import java.util.OptionalInt;
import java.util.UUID;

/**
 * What the first frame of a volume says.
 *
 * @param storeId the store's identity
 * @param partition the partition's number
 * @param volume the volume's id
 * @param previousVolume the volume before it, if there is one
 * @param previousDataEnd where the data of that volume ends, bytes in its file; what follows there is void
 * @param createdAtMillis milliseconds since 1970 UTC
 */
public record VolumeStart(
        UUID storeId,
        int partition,
        int volume,
        OptionalInt previousVolume,
        long previousDataEnd,
        long createdAtMillis) {}
