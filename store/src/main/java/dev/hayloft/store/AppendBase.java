package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.AppendedBody;
import dev.hayloft.log.format.Manifest;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.DigestChain;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * What an append finds.
 *
 * @param info of the object; empty for an absent one
 * @param body its content, a plain object's too
 * @param isNew whether nothing of it was appended yet, so that its pieces are as many as its size makes them
 */
record AppendBase(Optional<ObjectInfo> info, AppendedBody body, boolean isNew) {
    private static final int ATTEMPTS_MAX = 16;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final AppendBase ABSENT =
            new AppendBase(Optional.empty(), new AppendedBody(DigestChain.EMPTY, List.of(), NOTHING), false);

    /** Reads what stands under a key; blocks. */
    static AppendBase read(BucketState bucket, ObjectKey key, long nowMillis) {
        NeedleReader reader = bucket.partition().reader();
        KeyHash hash = reader.hash(bucket.id(), key);
        for (int attempt = 0; ; attempt++) {
            Optional<Location> head = reader.find(hash)
                    .filter(location -> !location.has(Location.MARKER) && !location.isExpired(nowMillis));
            if (head.isEmpty()) {
                return ABSENT;
            }
            Optional<OpenNeedle> needle = reader.readAt(head.get(), key);
            if (needle.isPresent()) {
                try (OpenNeedle open = needle.get()) {
                    return of(bucket, ObjectReads.info(bucket, key, open), open);
                }
            }
            if (attempt == ATTEMPTS_MAX) {
                throw ObjectReads.unreachable(key);
            }
        }
    }

    private static AppendBase of(BucketState bucket, ObjectInfo info, OpenNeedle needle) {
        DigestChain first = DigestChain.EMPTY.plus(info.sha256());
        if (!needle.view().isManifest()) {
            ByteBuffer content = bucket.content().decode(needle.view());
            ByteBuffer copy = ByteBuffer.allocate(content.remaining())
                    .put(content.duplicate())
                    .flip();
            return new AppendBase(Optional.of(info), new AppendedBody(first, List.of(), copy), true);
        }
        Manifest manifest = ManifestFormat.parse(needle.view().payload());
        return manifest.appended()
                .map(body -> new AppendBase(Optional.of(info), body, false))
                .orElseGet(() -> new AppendBase(
                        Optional.of(info), new AppendedBody(first, manifest.pieces(info.sizeBytes()), NOTHING), true));
    }

    /** Its number, 0 for an absent one. */
    long version() {
        return info.map(ObjectInfo::version).orElse(0L);
    }

    long sizeBytes() {
        return info.map(ObjectInfo::sizeBytes).orElse(0L);
    }

    /** Its entity tag, empty for an absent one. */
    Optional<String> etag() {
        return info.map(ObjectInfo::etag);
    }
}
