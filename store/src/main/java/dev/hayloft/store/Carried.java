package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.Mutation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * An object's content on its way into another needle: small content as it is; large content as extents, those that it
 * has, when the object's own needle goes, or else copies, which are given up unless the needle is written.
 *
 * <p><i>Threads:</i> one; blocks.
 */
final class Carried implements AutoCloseable {
    /** Extents under way at one time. */
    private static final int WINDOW = 4;

    private final BucketState bucket;
    private final ObjectInfo info;
    private final Encoded stored;
    private final boolean manifest;
    private final long takesOver;
    private final List<Long> extents;
    private boolean kept;

    private Carried(
            BucketState bucket, ObjectInfo info, Encoded stored, boolean manifest, long takesOver, List<Long> extents) {
        this.bucket = bucket;
        this.info = info;
        this.stored = stored;
        this.manifest = manifest;
        this.takesOver = takesOver;
        this.extents = extents;
    }

    /** As {@link #copied}, of an object of the same bucket whose needle goes when this is written. */
    static Carried takenOver(StoredObject object, BucketState bucket, long inlineMax) {
        if (object instanceof LargeObject large) {
            Encoded manifest = new Encoded(large.manifestBytes(), Coding.RAW);
            return new Carried(
                    bucket, object.info(), manifest, true, object.info().version(), List.of());
        }
        return copied(object, bucket, inlineMax);
    }

    /**
     * Brings an object's content to a bucket; the object must stay open as long as this.
     *
     * @param inlineMax most bytes that may stand in the needle
     */
    static Carried copied(StoredObject object, BucketState bucket, long inlineMax) {
        ObjectInfo info = object.info();
        String contentType = info.attributes().contentType();
        if (info.sizeBytes() <= Math.min(inlineMax, ObjectStore.EXTENT_SIZE)) {
            return new Carried(
                    bucket, info, bucket.encode(contentType, whole(object), info.sha256()), false, 0, List.of());
        }
        List<Long> written = new ArrayList<>();
        boolean complete = false;
        try {
            copy(object, bucket, contentType, written);
            complete = true;
        } finally {
            if (!complete) {
                bucket.partition().abandon(bucket.id(), written);
            }
        }
        long[] ids = written.stream().mapToLong(Long::longValue).toArray();
        ByteBuffer payload = ManifestFormat.encode(ObjectStore.EXTENT_SIZE, ids);
        return new Carried(bucket, info, new Encoded(payload, Coding.RAW), true, 0, written);
    }

    private static ByteBuffer whole(StoredObject object) {
        ByteBuffer piece = object.read(0, ObjectStore.EXTENT_SIZE);
        long sizeBytes = object.info().sizeBytes();
        if (piece.remaining() == sizeBytes) {
            return piece;
        }
        ByteBuffer whole = ByteBuffer.allocate((int) sizeBytes).put(piece);
        return fill(object, whole.position(), whole).flip();
    }

    /** Reads on until the buffer is full; what is read may come in pieces. */
    private static ByteBuffer fill(StoredObject object, long offset, ByteBuffer target) {
        long from = offset - target.position();
        while (target.hasRemaining()) {
            target.put(object.read(from + target.position(), target.remaining()));
        }
        return target;
    }

    private static void copy(StoredObject object, BucketState bucket, String contentType, List<Long> written) {
        Deque<CompletableFuture<Mutation.Outcome>> underWay = new ArrayDeque<>();
        long sizeBytes = object.info().sizeBytes();
        try {
            for (long offset = 0; offset < sizeBytes; offset += ObjectStore.EXTENT_SIZE) {
                int size = (int) Math.min(ObjectStore.EXTENT_SIZE, sizeBytes - offset);
                ByteBuffer extent = ByteBuffer.allocate(size); // Its own: what was read is gone at the next read.
                fill(object, offset, extent).flip();
                if (underWay.size() == WINDOW) {
                    written.add(idOf(underWay.remove()));
                }
                underWay.add(bucket.partition()
                        .submitPatiently(bucket.extent(contentType, extent))
                        .toCompletableFuture());
            }
            while (!underWay.isEmpty()) {
                written.add(idOf(underWay.remove()));
            }
        } finally {
            underWay.forEach(late -> landed(late).ifPresent(written::add));
        }
    }

    private static long idOf(CompletableFuture<Mutation.Outcome> extent) {
        return ((Mutation.Outcome.Applied) Futures.await(extent)).version();
    }

    /** What was under way when another failed. */
    private static Optional<Long> landed(CompletableFuture<Mutation.Outcome> extent) {
        try {
            return Optional.of(idOf(extent));
        } catch (HayloftException | CompletionException e) {
            return Optional.empty(); // It is not there; the first failure is told.
        }
    }

    /** Bytes that stand in the needle. */
    int inlineBytes() {
        return stored.payload().remaining();
    }

    /** What to store. */
    Mutation.Content content(ObjectAttributes attributes, NeedleOrigin origin) {
        Optional<Instant> end = info.expiresAt();
        Mutation.Content content = new Mutation.Content(
                AttributesFormat.encode(attributes),
                stored.payload(),
                manifest,
                info.sizeBytes(),
                Optional.of(info.sha256()),
                end.isPresent() ? OptionalLong.of(end.get().toEpochMilli()) : OptionalLong.empty(),
                stored.coding());
        return content.because(origin, takesOver);
    }

    /** A needle names the extents now. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        if (!kept) {
            bucket.partition().abandon(bucket.id(), extents);
        }
    }
}
