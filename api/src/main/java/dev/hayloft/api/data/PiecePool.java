package dev.hayloft.api.data;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buffers outside the heap for large answers, used again: the network takes them as they are, and nobody clears them.
 * So many are made and no more; who comes then gets one of the heap.
 *
 * <p><i>Threads:</i> any.
 */
final class PiecePool {
    static final int PIECE_SIZE = 128 << 10;

    private static final int PIECES_MAX = 256;

    private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger made = new AtomicInteger();

    ByteBuffer acquire() {
        @Nullable ByteBuffer piece = free.poll();
        if (piece != null) {
            return piece.clear();
        }
        if (made.incrementAndGet() <= PIECES_MAX) {
            return ByteBuffer.allocateDirect(PIECE_SIZE);
        }
        made.decrementAndGet();
        return ByteBuffer.allocate(PIECE_SIZE);
    }

    /** The network has what was in it; nobody looks at it any more. */
    void release(ByteBuffer piece) {
        if (piece.isDirect()) {
            free.add(piece);
        }
    }

    /** A failed write may still look at it: it is left to the collector. */
    void forget(ByteBuffer piece) {
        if (piece.isDirect()) {
            made.decrementAndGet();
        }
    }
}
