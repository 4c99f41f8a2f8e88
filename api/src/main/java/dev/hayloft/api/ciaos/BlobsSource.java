package dev.hayloft.api.ciaos;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.store.StoredObject;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An object as a FlatBuffer, piece by piece and never whole: heads, content and padding in the order of the format.
 * Used by one thread at a time; closes the object.
 */
final class BlobsSource implements AutoCloseable {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StoredObject object;
    private final BlobLengths blobs;
    private final long[] starts;
    private final long vtable;
    private ByteBuffer head;
    private long at;
    private int index;
    private long dataLeft;
    private int padding;
    private boolean ended;

    BlobsSource(StoredObject object, BlobLengths blobs) {
        this.object = object;
        this.blobs = blobs;
        this.starts = new long[blobs.count()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + blobs.length(i - 1);
        }
        this.head = BlobsFormat.head(blobs);
        this.at = head.capacity();
        this.vtable = BlobsFormat.vtable(blobs);
        this.index = blobs.count();
    }

    /** Fills the buffer from its position on, as far as there is something. Blocks as reading the object does. */
    void fill(ByteBuffer target) {
        while (target.hasRemaining()) {
            if (head.hasRemaining()) {
                put(target, head);
            } else if (dataLeft > 0) {
                long offset = starts[index] + blobs.length(index) - dataLeft;
                ByteBuffer data = object.read(offset, (int) Math.min(dataLeft, target.remaining()));
                if (!data.hasRemaining()) {
                    throw new AssertionError("content ends before its size");
                }
                dataLeft -= data.remaining();
                target.put(data);
            } else if (padding > 0) {
                target.put((byte) 0);
                padding--;
            } else if (!begin()) {
                return;
            }
        }
    }

    private static void put(ByteBuffer target, ByteBuffer source) {
        int size = Math.min(target.remaining(), source.remaining());
        target.put(target.position(), source, source.position(), size);
        target.position(target.position() + size);
        source.position(source.position() + size);
    }

    private boolean begin() {
        if (index == 0) {
            ended = true;
            head = NOTHING;
            return false;
        }
        index--;
        head = BlobsFormat.blobHead(blobs, index, vtable - at);
        dataLeft = blobs.length(index);
        padding = BlobsFormat.padding(blobs, index);
        at += BlobsFormat.BLOB_HEAD_SIZE + dataLeft + padding;
        return true;
    }

    /** Whether nothing is left; known after the call that found nothing. */
    boolean isAtEnd() {
        return ended || (index == 0 && !head.hasRemaining() && dataLeft == 0 && padding == 0);
    }

    @Override
    public void close() {
        object.close();
    }

    /** An answer in pieces from a source. */
    static final class Answer extends StreamedAnswer {
        /** What one answer holds in memory: a piece of ours, and the object's own. */
        static final long BYTES = 2L << 20;

        private static final int PIECE = 1 << 20;

        private final Exchange exchange;
        private final BlobsSource source;
        private final BlobShare share;
        private final ByteBuffer piece = ByteBuffer.allocate(PIECE);

        Answer(Exchange exchange, BlobsSource source, BlobShare share) {
            super(exchange);
            this.exchange = exchange;
            this.source = source;
            this.share = share;
        }

        @Override
        protected @Nullable ByteBuffer next() {
            source.fill(piece.clear());
            return piece.flip();
        }

        @Override
        protected boolean isAtEnd() {
            return source.isAtEnd();
        }

        @Override
        protected void close() {
            source.close();
            share.close();
            exchange.front().budget().giveBack(BYTES);
        }
    }
}
