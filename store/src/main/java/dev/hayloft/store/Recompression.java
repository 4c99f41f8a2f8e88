package dev.hayloft.store;

import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.Stamp;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.PartitionCompactor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Stores small content anew when compaction moves it: what was written before its bucket had a dictionary takes a third
 * of the space with it. Everything but the payload stays as it was: key, attributes, digest, stamp, marks.
 *
 * <p><i>Threads:</i> {@link #shortening} and figures any; what it gives is confined to one.
 */
final class Recompression {
    private static final Logger LOG = System.getLogger(Recompression.class.getName());

    private final BucketRegistry buckets;
    private final LongAdder needles = new LongAdder();
    private final LongAdder savedBytes = new LongAdder();

    Recompression(BucketRegistry buckets) {
        this.buckets = buckets;
    }

    /** For the volumes of one partition. */
    PartitionCompactor.Shortening shortening() {
        FrameEncoder encoder = new FrameEncoder();
        return (bucketId, needle) -> shorter(encoder, bucketId, needle);
    }

    /** A shorter needle that says the same, if there is one: memory of its own. */
    private Optional<ByteBuffer> shorter(FrameEncoder encoder, int bucketId, NeedleView needle) {
        boolean isContent = needle.type() == NeedleType.OBJECT
                && !needle.isManifest()
                && !needle.isAppended() // Its digest is not one of the content.
                && needle.sha256().isPresent();
        if (!isContent) {
            return Optional.empty();
        }
        try {
            return buckets.shorter(bucketId, needle).map(encoded -> write(encoder, bucketId, needle, encoded));
        } catch (HayloftException unreadable) { // It moves as it is: what is wrong with it is for its readers.
            LOG.log(Level.DEBUG, "A needle cannot be stored anew.", unreadable);
            return Optional.empty();
        }
    }

    private ByteBuffer write(FrameEncoder encoder, int bucketId, NeedleView needle, Encoded encoded) {
        Stamp stamp = new Stamp(needle.sequence(), needle.version(), needle.timeMillis());
        encoder.begin(bucketId, stamp.sequence(), stamp.version(), stamp.timeMillis());
        NeedleHead head = new NeedleHead(
                needle.type(),
                encoded.coding(),
                false,
                needle.contentSize(),
                needle.sha256(),
                needle.expiresAtMillis(),
                Optional.of(stamp),
                needle.isKept() ? NeedleHead.KEPT : 0,
                needle.origin());
        int at = encoder.add(head, needle.key(), needle.metadata(), encoded.payload());
        ByteBuffer bytes = encoder.bytes(at, encoder.lastNeedleSize());
        needles.increment();
        savedBytes.add(needle.payloadSize() - (long) encoded.payload().remaining());
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    /** Needles that were stored anew since the start. */
    long needles() {
        return needles.sum();
    }

    /** Bytes that they got shorter by. */
    long savedBytes() {
        return savedBytes.sum();
    }
}
