package dev.hayloft.api.data;

import dev.hayloft.api.http.ByteRanges.Piece;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.StoredObject;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One piece of a large object, an extent at a time. */
final class RangeAnswer extends StreamedAnswer {
    /** What one answer holds in memory. */
    static final long BYTES = 2L * ObjectStore.EXTENT_SIZE;

    private final Exchange exchange;
    private final StoredObject object;
    private long offset;
    private final long end;

    RangeAnswer(Exchange exchange, StoredObject object, Piece piece) {
        super(exchange);
        this.exchange = exchange;
        this.object = object;
        this.offset = piece.offset();
        this.end = piece.offset() + piece.length();
    }

    @Override
    protected @Nullable ByteBuffer next() {
        ByteBuffer bytes = object.read(offset, (int) Math.min(end - offset, ObjectStore.EXTENT_SIZE));
        if (!bytes.hasRemaining()) {
            throw new AssertionError("content ends before its size");
        }
        offset += bytes.remaining();
        return bytes;
    }

    @Override
    protected boolean isAtEnd() {
        return offset == end;
    }

    @Override
    protected void close() {
        object.close();
        exchange.front().budget().giveBack(BYTES);
    }
}
