package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Mutation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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
         * @param coding of a manifest that names them
         */
        CompletionStage<WriteResult> commit(long[] extentIds, long sizeBytes, Sha256 sha256, Coding coding);

        /** Whether extents may be shared with others. */
        default boolean mayShare() {
            return false;
        }
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
    private final List<Long> held = new ArrayList<>(); // Guarded by this: those that others may name too.

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
        return new Committing() {
            @Override
            public CompletionStage<WriteResult> commit(long[] extentIds, long sizeBytes, Sha256 sha256, Coding coding) {
                boolean empty = extentIds.length == 0;
                Mutation.Content content = new Mutation.Content(
                        attributes,
                        empty ? ByteBuffer.allocate(0) : ManifestFormat.encode(ObjectStore.EXTENT_SIZE, extentIds),
                        !empty,
                        sizeBytes,
                        Optional.of(sha256),
                        OptionalLong.empty(),
                        coding);
                return writes.put(bucket, request, content);
            }

            @Override
            public boolean mayShare() {
                return true;
            }
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
        String contentType = request.attributes().contentType();
        boolean isShared = committing.mayShare() && Deduplication.applies(bucket, extent.remaining());
        CompletionStage<Long> landing;
        try {
            landing = isShared
                    ? writes.deduplication()
                            .hold(
                                    bucket,
                                    new Deduplication.Piece(contentType, extent, Sha256.of(extent)),
                                    bucket.partition()::submitPatiently)
                    : bucket.partition()
                            .submitPatiently(bucket.extent(contentType, extent))
                            .thenApply(applied -> ((Mutation.Outcome.Applied) applied).version());
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
        return landing.thenAccept(id -> landed(slot, id, isShared));
    }

    private void landed(int slot, long extentId, boolean isShared) {
        boolean orphan;
        synchronized (this) {
            extentIds[slot] = extentId;
            completed++;
            orphan = ended && !kept;
            if (isShared && !orphan) {
                held.add(extentId);
            }
        }
        if (orphan) {
            giveUp(List.of(extentId), isShared);
        }
    }

    private void giveUp(List<Long> ids, boolean areShared) {
        if (areShared) {
            bucket.partition().shared().release(bucket.id(), ids);
        } else {
            bucket.partition().abandon(bucket.id(), ids);
        }
    }

    @Override
    public CompletionStage<WriteResult> commit(Sha256 sha256) {
        long[] ids;
        long size;
        Coding coding;
        synchronized (this) {
            Check.argument(!ended, "the upload has ended");
            Check.argument(completed == extents, "an extent is still on its way, or failed");
            ended = true;
            kept = true;
            ids = Arrays.copyOf(extentIds, extents);
            size = sizeBytes;
            coding = held.isEmpty() ? Coding.RAW : Coding.SHARED;
        }
        return committing.commit(ids, size, sha256, coding).whenComplete((result, failure) -> {
            if (failure == null) {
                releaseHeld();
            } else {
                abandonAll();
            }
            onEnd.accept(this);
        });
    }

    private void abandonAll() {
        List<Long> ids = new ArrayList<>();
        synchronized (this) {
            kept = false;
            Set<Long> others = new HashSet<>(held);
            for (int i = 0; i < extents; i++) {
                if (extentIds[i] != NONE && !others.contains(extentIds[i])) {
                    ids.add(extentIds[i]);
                }
            }
        }
        bucket.partition().abandon(bucket.id(), ids);
        releaseHeld();
    }

    private void releaseHeld() {
        List<Long> ids;
        synchronized (this) {
            ids = List.copyOf(held);
            held.clear();
        }
        bucket.partition().shared().release(bucket.id(), ids);
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
