package dev.hayloft.store;

import dev.hayloft.log.format.AppendedBody;
import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.log.format.Piece;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.Mutation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An object's content on its way into another needle: small content as it is; large content as extents, those that it
 * has, when the object's own needle goes, or else copies, which are given up unless the needle is written. What an
 * appended object's entity tag goes on from comes along.
 *
 * <p><i>Threads:</i> one; blocks.
 */
final class Carried implements AutoCloseable {
    private final ObjectInfo info;
    private final Encoded stored;
    private final boolean manifest;
    private final long takesOver;
    private final Optional<CarriedExtents> extents;
    private final Optional<PieceFolding> folding;
    private final BucketState bucket;
    private boolean kept;

    private Carried(
            BucketState bucket,
            ObjectInfo info,
            Encoded stored,
            long takesOver,
            Optional<CarriedExtents> extents,
            Optional<PieceFolding> folding) {
        this.bucket = bucket;
        this.info = info;
        this.stored = stored;
        this.manifest = takesOver != 0 || extents.isPresent();
        this.takesOver = takesOver;
        this.extents = extents;
        this.folding = folding;
    }

    /**
     * Where content goes.
     *
     * @param bucket which bucket
     * @param deduplication where it shares content
     * @param inlineMax most bytes that may stand in the needle
     */
    record Target(BucketState bucket, Deduplication deduplication, long inlineMax) {}

    /** As {@link #copied}, of an object of the same bucket whose needle goes when this is written. */
    static Carried takenOver(StoredObject object, Target target) {
        if (object instanceof LargeObject large) {
            Encoded manifest = new Encoded(large.manifestBytes(), large.manifestCoding());
            long version = object.info().version();
            return new Carried(target.bucket(), object.info(), manifest, version, Optional.empty(), Optional.empty());
        }
        return copied(object, target);
    }

    /** Brings an object's content to a bucket; the object must stay open as long as this. */
    static Carried copied(StoredObject object, Target target) {
        BucketState bucket = target.bucket();
        ObjectInfo info = object.info();
        Optional<AppendedBody> appended = object instanceof LargeObject large ? large.appended() : Optional.empty();
        int sizeBytes = (int) Math.min(Integer.MAX_VALUE, info.sizeBytes());
        boolean isInline = sizeBytes <= Math.min(target.inlineMax(), ObjectStore.EXTENT_SIZE)
                && !Deduplication.applies(bucket, sizeBytes);
        if (isInline && appended.isEmpty()) {
            Encoded encoded = bucket.encode(info.attributes().contentType(), whole(object), info.sha256());
            return new Carried(bucket, info, encoded, 0, Optional.empty(), Optional.empty());
        }
        CarriedExtents extents = new CarriedExtents(bucket, target.deduplication());
        Optional<PieceFolding> folding = Optional.empty();
        boolean complete = false;
        try {
            extents.addAll(object);
            folding = appended.map(body -> folding(bucket, info, extents.ids()));
            ByteBuffer payload = appended.isPresent()
                    ? body(appended.get(), folding.orElseThrow().pieces())
                    : ManifestFormat.encode(ObjectStore.EXTENT_SIZE, extents.ids());
            Coding coding = extents.isSharing() ? Coding.SHARED : Coding.RAW;
            complete = true;
            return new Carried(bucket, info, new Encoded(payload, coding), 0, Optional.of(extents), folding);
        } finally {
            if (!complete) {
                extents.close();
            }
        }
    }

    private static PieceFolding folding(BucketState bucket, ObjectInfo info, long[] ids) {
        List<Piece> pieces = ManifestFormat.parse(ManifestFormat.encode(ObjectStore.EXTENT_SIZE, ids))
                .pieces(info.sizeBytes());
        PieceFolding folding = new PieceFolding(bucket, info.attributes().contentType(), pieces);
        folding.listAll();
        return folding;
    }

    private static ByteBuffer body(AppendedBody appended, List<Piece> pieces) {
        return ManifestFormat.encode(new AppendedBody(appended.digests(), pieces, ByteBuffer.allocate(0)));
    }

    private static ByteBuffer whole(StoredObject object) {
        ByteBuffer piece = object.read(0, ObjectStore.EXTENT_SIZE);
        long sizeBytes = object.info().sizeBytes();
        if (piece.remaining() == sizeBytes) {
            return piece;
        }
        ByteBuffer whole = ByteBuffer.allocate((int) sizeBytes).put(piece); // What is read may come in pieces.
        while (whole.hasRemaining()) {
            whole.put(object.read(whole.position(), whole.remaining()));
        }
        return whole.flip();
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
        extents.ifPresent(CarriedExtents::keep);
    }

    @Override
    public void close() {
        if (!kept) {
            folding.ifPresent(made -> bucket.partition().abandon(bucket.id(), made.made()));
        }
        extents.ifPresent(CarriedExtents::close);
    }
}
