package dev.hayloft.api;

import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A needle as {@code volume dump} shows it.
 *
 * @param type as docs/formats.md names it
 * @param offsetInFrame bytes from the frame's start
 * @param sizeBytes bytes of the whole needle
 * @param key of objects and tombstones; of an extent its id in hexadecimal digits
 * @param sequence place in the partition's feed
 * @param version of objects and tombstones
 * @param contentSizeBytes of objects: the content as it was written; of extents their part of it
 * @param extents of a manifest: how many extents it names
 * @param sha256 of the content, where the needle has it
 * @param expiresAtMillis milliseconds since 1970 UTC
 * @param flags what is special about it: {@code manifest}, {@code sha256}, {@code expiry}, {@code stamp}, {@code kept},
 *     {@code marker}, the version that a tombstone ends, and why it was written if not by a put or delete
 */
record DumpedNeedle(
        String type,
        int offsetInFrame,
        int sizeBytes,
        Optional<String> key,
        long sequence,
        OptionalLong version,
        OptionalLong contentSizeBytes,
        OptionalInt extents,
        Optional<Sha256> sha256,
        OptionalLong expiresAtMillis,
        List<String> flags) {
    DumpedNeedle {
        flags = List.copyOf(flags);
    }

    /** Reads it out of a frame; nothing of the view is kept. */
    static DumpedNeedle of(NeedleView needle) {
        NeedleType type = needle.type();
        boolean isVersioned = type == NeedleType.OBJECT || type == NeedleType.TOMBSTONE;
        boolean hasContent = type == NeedleType.OBJECT || type == NeedleType.EXTENT;
        return new DumpedNeedle(
                type.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                needle.offsetInFrame(),
                needle.sizeBytes(),
                key(needle),
                needle.sequence(),
                isVersioned ? OptionalLong.of(needle.version()) : OptionalLong.empty(),
                hasContent ? OptionalLong.of(needle.contentSize()) : OptionalLong.empty(),
                needle.isManifest()
                        ? OptionalInt.of(ManifestFormat.parse(needle.payload()).count())
                        : OptionalInt.empty(),
                needle.sha256(),
                needle.expiresAtMillis(),
                flags(needle));
    }

    private static Optional<String> key(NeedleView needle) {
        return switch (needle.type()) {
            case OBJECT, TOMBSTONE ->
                Optional.of(StandardCharsets.UTF_8.decode(needle.key()).toString());
            case EXTENT -> Optional.of(String.format("%016x", ManifestFormat.extentId(needle.key())));
            case VOLUME_START, VOLUME_END, PRODUCERS -> Optional.empty();
        };
    }

    private static List<String> flags(NeedleView needle) {
        List<String> flags = new ArrayList<>();
        if (needle.isManifest()) {
            flags.add("manifest");
        }
        if (needle.sha256().isPresent()) {
            flags.add("sha256");
        }
        if (needle.expiresAtMillis().isPresent()) {
            flags.add("expiry");
        }
        if (needle.isStamped()) {
            flags.add("stamp");
        }
        if (needle.isKept()) {
            flags.add("kept");
        }
        if (needle.isMarker()) {
            flags.add("marker");
        }
        if (needle.namedVersion() != 0) {
            flags.add((needle.endsOlder() ? "ends-up-to-" : "ends-") + needle.namedVersion());
        }
        if (needle.origin() != NeedleOrigin.PUT) {
            flags.add(needle.origin().name().toLowerCase(Locale.ROOT));
        }
        return flags;
    }
}
