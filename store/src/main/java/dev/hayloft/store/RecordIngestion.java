package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.RecordGroup;
import dev.hayloft.store.partition.RecordStreamState;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream of records: gathers them into groups and keeps a few of these on their way to the partition.
 *
 * <p>A group goes when it is full. In a pause it goes when nothing of the stream is on its way, and otherwise when the
 * last of that is done: so that a slow stream is answered at once, and a fast one makes large groups.
 *
 * <p><i>Threads:</i> the giver fills {@code filling}, alone. A group that is not full waits in {@code waiting}, from
 * where the giver takes it back or a completion sends it; so there is one at most, and groups go in their order.
 */
final class RecordIngestion implements RecordStream {
    static final int GROUPS_MAX = 8;
    static final long BYTES_MAX = 4L << 20;

    private final BucketState bucket;
    private final Durability durability;
    private final Optional<String> producer;
    private final ObjectWrites writes;
    private final RecordGroups groups;
    private final Listener listener;
    private final Runnable onClose;
    private final RecordStreamState state = new RecordStreamState();
    private final MessageDigest sha256 = Sha256.newDigest();

    // The giver's.
    private @Nullable RecordGroup filling;
    private ObjectAttributes lastAttributes = ObjectAttributes.NONE;
    private ByteBuffer lastEncoded = AttributesFormat.encode(ObjectAttributes.NONE);
    private long nextRecord;

    private final AtomicReference<@Nullable RecordGroup> waiting = new AtomicReference<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicLong underWayBytes = new AtomicLong();
    private final AtomicBoolean failureTold = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile long acknowledged; // Written by completions, which come one at a time.

    RecordIngestion(
            BucketState bucket,
            RecordsRequest request,
            ObjectWrites writes,
            RecordGroups groups,
            Listener listener,
            Runnable onClose) {
        this.bucket = bucket;
        this.durability = request.durability().orElse(bucket.bucket().settings().durability());
        this.producer = request.producer();
        this.nextRecord = request.firstRecord();
        this.writes = writes;
        this.groups = groups;
        this.listener = listener;
        this.onClose = onClose;
    }

    @Override
    public void put(ObjectKey key, ObjectAttributes attributes, ByteBuffer value) {
        ByteBuffer encoded = encoded(attributes);
        Check.argument(value.remaining() <= RECORD_SIZE_MAX, "a record has at most 8 MiB");
        sha256.update(value.duplicate());
        Sha256 digest = Sha256.of(sha256);
        Encoded stored = bucket.encodeRecord(attributes.contentType(), value, digest);
        ByteBuffer utf8 = key.utf8();
        Mutation.Content content = bucket.sealed(
                utf8,
                new Mutation.Content(
                        encoded,
                        stored.payload(),
                        false,
                        value.remaining(),
                        Optional.of(digest),
                        writes.expiresAt(bucket, Optional.empty()),
                        stored.coding()));
        RecordGroup group = groupFor(RecordGroup.sizeMax(
                key.sizeBytes(),
                content.attributes().remaining(),
                content.payload().remaining()));
        group.put(utf8, content, value.remaining());
        nextRecord++;
    }

    @Override
    public void delete(ObjectKey key) {
        groupFor(RecordGroup.sizeMax(key.sizeBytes(), 0, 0)).delete(key.utf8());
        nextRecord++;
    }

    private ByteBuffer encoded(ObjectAttributes attributes) {
        if (!attributes.equals(lastAttributes)) {
            lastEncoded = AttributesFormat.encode(attributes);
            lastAttributes = attributes;
        }
        return lastEncoded;
    }

    private RecordGroup groupFor(int recordBytes) {
        RecordGroup group = filling == null ? waiting.getAndSet(null) : filling;
        if (group != null && group.isFullFor(recordBytes)) {
            send(group);
            group = null;
        }
        if (group == null) {
            group = groups.take();
            group.begin(bucket.id(), producer.map(name -> new ProducerRun(name, nextRecord, 0)));
        }
        filling = group;
        return group;
    }

    @Override
    public void pause() {
        RecordGroup group = filling;
        if (group == null) {
            return;
        }
        filling = null;
        waiting.set(group);
        sendWaitingIfIdle();
    }

    private void sendWaitingIfIdle() {
        if (underWay.get() == 0) {
            RecordGroup group = waiting.getAndSet(null);
            if (group != null) {
                send(group);
            }
        }
    }

    @Override
    public void flush() {
        RecordGroup group = filling == null ? waiting.getAndSet(null) : filling;
        filling = null;
        if (group != null) {
            send(group);
        }
    }

    @Override
    public boolean isSaturated() {
        return underWay.get() >= GROUPS_MAX || underWayBytes.get() >= BYTES_MAX;
    }

    private void send(RecordGroup group) {
        int sizeBytes = group.sizeBytes();
        underWay.incrementAndGet();
        underWayBytes.addAndGet(sizeBytes);
        try {
            if (state.failure().isPresent()) {
                throw state.failure().get();
            }
            writes.admit(bucket, group.contentBytes());
            bucket.partition()
                    .submitPatiently(new Mutation.Records(bucket.gate(), group, durability, state))
                    .whenComplete((outcome, failure) -> landed(group, sizeBytes, failure));
        } catch (HayloftException e) {
            landed(group, sizeBytes, e);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Groups that succeed land one at a time.
    private void landed(RecordGroup group, int sizeBytes, @Nullable Throwable failure) {
        if (failure != null) {
            state.fail(reason(failure));
        } else {
            acknowledged += group.records();
        }
        groups.give(group);
        underWayBytes.addAndGet(-sizeBytes);
        int left = underWay.decrementAndGet();
        Optional<HayloftException> reason = state.failure();
        if (reason.isPresent()) {
            if (left == 0 && failureTold.compareAndSet(false, true)) {
                listener.failed(reason.get(), acknowledged);
            }
            return;
        }
        if (left == 0) {
            sendWaitingIfIdle();
        }
        listener.acknowledged(acknowledged);
    }

    private static HayloftException reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof HayloftException ours
                ? ours
                : new StoreClosedException(ErrorCode.INTERNAL, "A group of records could not be stored.", cause);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            filling = null;
            waiting.set(null);
            onClose.run();
        }
    }
}
