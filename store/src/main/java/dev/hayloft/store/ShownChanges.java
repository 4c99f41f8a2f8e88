package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.partition.PartitionFeed;
import dev.hayloft.store.partition.PartitionFeed.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of changes on its way from the log to whoever reads them: itself the view of the one that is shown.
 *
 * <p><i>Threads:</i> one.
 */
final class ShownChanges implements PartitionFeed.Visitor, ChangeView {
    /** A stretch takes no further change once its keys and values have this many bytes. */
    private static final long BYTES_MAX = 8 << 20;

    private final BucketState bucket;
    private final ChangesRequest request;
    private final ChangeCursors cursors;
    private final ChangeCursor after;
    private final Consumer<ChangeView> visitor;
    private final ByteBuffer prefix;
    private final byte[] cursorPrefix;
    private int count;
    private long bytes;

    // Of the one that is shown.
    private @Nullable NeedleView needle;
    private ByteBuffer key = ByteBuffer.allocate(0);
    private Place place = Place.START;
    private Optional<ByteBuffer> value = Optional.empty();
    private Optional<ObjectKey> other = Optional.empty();

    // Thousands of objects have the same.
    private ByteBuffer lastMetadata = ByteBuffer.allocate(0);
    private @Nullable ObjectAttributes lastAttributes;

    ShownChanges(
            BucketState bucket,
            ChangesRequest request,
            ChangeCursors cursors,
            ChangeCursor after,
            Consumer<ChangeView> visitor) {
        this.bucket = bucket;
        this.request = request;
        this.cursors = cursors;
        this.after = after;
        this.visitor = visitor;
        this.prefix = ByteBuffer.wrap(request.prefix().getBytes(StandardCharsets.UTF_8));
        this.cursorPrefix = cursors.text(after).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean isEnough() {
        return count >= request.limit() || bytes >= BYTES_MAX;
    }

    @Override
    public void mutation(NeedleView shown, Place at) {
        key = shown.key();
        if (!hasPrefix() || isHousekeeping(shown)) {
            return;
        }
        other = other(shown);
        if (shown.origin() == NeedleOrigin.RENAME && other.isEmpty()) {
            return; // An older version that went with it, or what made room.
        }
        needle = shown;
        place = at;
        value = request.withValues() && hasObject() && !shown.isManifest()
                ? Optional.of(bucket.content().decode(shown))
                : Optional.empty();
        bytes += key.remaining() + value.map(ByteBuffer::remaining).orElse(0);
        count++;
        visitor.accept(this);
    }

    private boolean hasPrefix() {
        int size = prefix.remaining();
        return size == 0
                || size <= key.remaining()
                        && key.duplicate().limit(key.position() + size).equals(prefix);
    }

    private NeedleView needle() {
        if (needle == null) {
            throw new IllegalStateException("nothing is shown yet");
        }
        return needle;
    }

    @Override
    public int putCursor(byte[] target, int at) {
        return cursors.put(after, cursorPrefix, place, target, at);
    }

    @Override
    public Change.Op op() {
        return op(needle());
    }

    @Override
    public ByteBuffer key() {
        return key;
    }

    @Override
    public long version() {
        return needle().version();
    }

    @Override
    public long timeMillis() {
        return needle().timeMillis();
    }

    @Override
    public boolean hasObject() {
        return needle().type() == NeedleType.OBJECT;
    }

    @Override
    public long sizeBytes() {
        return needle().contentSize();
    }

    @Override
    public Optional<Sha256> sha256() {
        return needle().sha256();
    }

    @Override
    public ObjectAttributes attributes() {
        return attributesOf(needle());
    }

    private ObjectAttributes attributesOf(NeedleView shown) {
        ByteBuffer metadata = shown.metadata();
        ObjectAttributes last = lastAttributes;
        if (last != null && metadata.equals(lastMetadata)) {
            return last;
        }
        ObjectAttributes attributes = bucket.attributes(shown);
        if (AttributesFormat.isSealed(metadata)) {
            return attributes; // Tied to their key: each is opened.
        }
        lastMetadata = ByteBuffer.allocate(metadata.remaining()).put(metadata).flip();
        lastAttributes = attributes;
        return attributes;
    }

    @Override
    public Optional<ByteBuffer> value() {
        return value;
    }

    @Override
    public Optional<ObjectKey> other() {
        return other;
    }

    /** An older version that a put, an append or an expiry ended along with it: for followers the key lives on. */
    private static boolean isHousekeeping(NeedleView needle) {
        return needle.type() == NeedleType.TOMBSTONE
                && needle.origin() == NeedleOrigin.PUT
                && needle.contentSize() != 0; // The version that it names.
    }

    /** The other key of a rename. */
    private Optional<ObjectKey> other(NeedleView needle) {
        if (needle.origin() != NeedleOrigin.RENAME) {
            return Optional.empty();
        }
        if (needle.type() == NeedleType.TOMBSTONE) {
            return needle.payload().hasRemaining() ? Optional.of(ObjectKey.ofUtf8(needle.payload())) : Optional.empty();
        }
        String from = attributesOf(needle).headers().get(ObjectAttributes.RENAMED_FROM);
        return Optional.ofNullable(from).map(ObjectKey::of);
    }

    private static Change.Op op(NeedleView needle) {
        boolean isTombstone = needle.type() == NeedleType.TOMBSTONE;
        return switch (needle.origin()) {
            case APPEND -> Change.Op.APPEND;
            case PATCH -> Change.Op.PATCH;
            case EXPIRE -> Change.Op.EXPIRE;
            case PURGE -> Change.Op.PURGE;
            case PUT, RENAME, COPY -> isTombstone ? Change.Op.DELETE : Change.Op.PUT;
        };
    }
}
