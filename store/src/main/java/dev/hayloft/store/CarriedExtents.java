package dev.hayloft.store;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Mutation;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Extents that an object's content is copied into on its way to another needle. Where the bucket shares content, what
 * it knows already is held instead of written.
 *
 * <p><i>Threads:</i> one; blocks.
 */
final class CarriedExtents implements AutoCloseable {
    /** Extents under way at one time. */
    private static final int WINDOW = 4;

    private final BucketState bucket;
    private final Deduplication deduplication;
    private final Deque<Landing> underWay = new ArrayDeque<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> written = new ArrayList<>();
    private final List<Long> held = new ArrayList<>();
    private boolean kept;

    CarriedExtents(BucketState bucket, Deduplication deduplication) {
        this.bucket = bucket;
        this.deduplication = deduplication;
    }

    private record Landing(CompletableFuture<Long> id, boolean isShared) {}

    /** Copies all of an object, an extent's worth each. */
    void addAll(StoredObject object) {
        long sizeBytes = object.info().sizeBytes();
        String contentType = object.info().attributes().contentType();
        for (long offset = 0; offset < sizeBytes; offset += ObjectStore.EXTENT_SIZE) {
            int size = (int) Math.min(ObjectStore.EXTENT_SIZE, sizeBytes - offset);
            ByteBuffer extent = ByteBuffer.allocate(size); // Its own: what was read is gone at the next read.
            while (extent.hasRemaining()) {
                extent.put(object.read(offset + extent.position(), extent.remaining()));
            }
            if (underWay.size() == WINDOW) {
                land(underWay.remove());
            }
            underWay.add(start(contentType, extent.flip()));
        }
        while (!underWay.isEmpty()) {
            land(underWay.remove());
        }
    }

    private Landing start(String contentType, ByteBuffer extent) {
        boolean isShared = Deduplication.applies(bucket, extent.remaining());
        CompletionStage<Long> id = isShared
                ? deduplication.hold(
                        bucket,
                        new Deduplication.Piece(contentType, extent, Sha256.of(extent)),
                        bucket.partition()::submitPatiently)
                : bucket.partition()
                        .submitPatiently(bucket.extent(contentType, extent))
                        .thenApply(outcome -> ((Mutation.Outcome.Applied) outcome).version());
        return new Landing(id.toCompletableFuture(), isShared);
    }

    private void land(Landing landing) {
        long id = Futures.await(landing.id());
        ids.add(id);
        (landing.isShared() ? held : written).add(id);
    }

    /** The extents, in the order of the content. */
    long[] ids() {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }

    /** Whether some of them may be others' too. */
    boolean isSharing() {
        return !held.isEmpty();
    }

    /** A needle names them now. */
    void keep() {
        kept = true;
    }

    /** Lets go of what is shared, and, unless a needle names them, gives up the rest. */
    @Override
    public void close() {
        while (!underWay.isEmpty()) { // Another one failed, which is what is told.
            Landing late = underWay.remove();
            landed(late).ifPresent((late.isShared() ? held : written)::add);
        }
        if (!kept) {
            bucket.partition().abandon(bucket.id(), written);
        }
        bucket.partition().shared().release(bucket.id(), held);
        written.clear();
        held.clear();
    }

    private static Optional<Long> landed(Landing late) {
        try {
            return Optional.of(Futures.await(late.id()));
        } catch (HayloftException | CompletionException e) {
            return Optional.empty(); // It is not there.
        }
    }
}
