package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Mutation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * An upload: extents as they come, then a manifest that names them.
 *
 * <p><i>Threads:</i> one at a time from outside; extents complete on the partition's threads, so what they share is
 * guarded by this.
 */
final class ExtentUpload implements Upload {
    /** So that a manifest stays well under the largest frame: 1 TiB of content. */
    static final int EXTENTS_MAX = 1 << 20;

    private static final long NONE = 0;

    /** Makes what was uploaded true. */
    interface Committing {
        /**
         * Names the extents; they are given up when this fails.
         *
         * @param extentIds in order, all but the last of {@link ObjectStore#EXTENT_SIZE} bytes
         */
        CompletionStage<WriteResult> commit(long[] extentIds, long sizeBytes, Sha256 sha256);
    }

    private final BucketState bucket;
    private final PutRequest request;
    private final ObjectWrites writes;
    private final Consumer<ExtentUpload> onEnd;
    private final Committing committing;

    private long[] extentIds = new long[16]; // Guarded by this; NONE while on its way.
    private int extents; // Guarded by this.
    private int completed; // Guarded by this.
    private long sizeBytes; // Guarded by this.
    private boolean endsShort; // Guarded by this: the last extent was not a full one.
    private boolean ended; // Guarded by this.
    private boolean kept; // Guarded by this.

    ExtentUpload(
            BucketState bucket,
            PutRequest request,
            ObjectWrites writes,
            Committing committing,
            Consumer<ExtentUpload> onEnd) {
        this.bucket = bucket;
        this.request = request;
        this.writes = writes;
        this.onEnd = onEnd;
        this.committing = committing;
    }

    /** Of a put. */
    static Committing put(BucketState bucket, PutRequest request, ObjectWrites writes) {
        ByteBuffer attributes = AttributesFormat.encode(request.attributes());
        return (extentIds, sizeBytes, sha256) -> {
            boolean empty = extentIds.length == 0;
            ByteBuffer payload =
                    empty ? ByteBuffer.allocate(0) : ManifestFormat.encode(ObjectStore.EXTENT_SIZE, extentIds);
            return writes.put(
                    bucket, request, new Mutation.Content(attributes, payload, !empty, sizeBytes, Optional.of(sha256)));
        };
    }

    @Override
    public CompletionStage<Void> write(ByteBuffer extent) {
        int slot;
        long beforeBytes;
        synchronized (this) {
            Check.argument(!ended, "the upload has ended");
            Check.argument(!endsShort, "only the last extent may be short");
            Check.argument(
                    extent.hasRemaining() && extent.remaining() <= ObjectStore.EXTENT_SIZE,
                    "an extent has 1 byte to 1 MiB");
            Check.argument(extents < EXTENTS_MAX, "an object has at most 1 TiB");
            beforeBytes = sizeBytes;
        }
        try {
            writes.admitMore(bucket, beforeBytes, extent.remaining());
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
        synchronized (this) {
            slot = extents++;
            extentIds = slot < extentIds.length ? extentIds : Arrays.copyOf(extentIds, slot * 2);
            sizeBytes += extent.remaining();
            endsShort = extent.remaining() < ObjectStore.EXTENT_SIZE;
        }
        CompletionStage<Mutation.Outcome> outcome;
        try {
            outcome = bucket.partition()
                    .submitPatiently(bucket.extent(request.attributes().contentType(), extent));
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
        return outcome.thenAccept(applied -> landed(slot, ((Mutation.Outcome.Applied) applied).version()));
    }

    private void landed(int slot, long extentId) {
        boolean orphan;
        synchronized (this) {
            extentIds[slot] = extentId;
            completed++;
            orphan = ended && !kept;
        }
        if (orphan) {
            bucket.partition().abandon(bucket.id(), List.of(extentId));
        }
    }

    @Override
    public CompletionStage<WriteResult> commit(Sha256 sha256) {
        long[] ids;
        long size;
        synchronized (this) {
            Check.argument(!ended, "the upload has ended");
            Check.argument(completed == extents, "an extent is still on its way, or failed");
            ended = true;
            kept = true;
            ids = Arrays.copyOf(extentIds, extents);
            size = sizeBytes;
        }
        return committing.commit(ids, size, sha256).whenComplete((result, failure) -> {
            if (failure != null) {
                abandonAll();
            }
            onEnd.accept(this);
        });
    }

    private void abandonAll() {
        List<Long> ids = new ArrayList<>();
        synchronized (this) {
            kept = false;
            for (int i = 0; i < extents; i++) {
                if (extentIds[i] != NONE) {
                    ids.add(extentIds[i]);
                }
            }
        }
        bucket.partition().abandon(bucket.id(), ids);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        abandonAll();
        onEnd.accept(this);
    }
}
