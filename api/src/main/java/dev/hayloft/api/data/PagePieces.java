package dev.hayloft.api.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.util.Callback;

/**
 * The bytes of an answer in pieces, small ones of the heap for little, then pieces of a pool. They go back when the
 * {@link #written} callback says so.
 *
 * <p><i>Threads:</i> one writes; then one callback.
 */
final class PagePieces {
    private static final int FIRST_SIZE = 1 << 10;
    private static final int GROWTH = 8;

    private final PiecePool pool;
    private final List<ByteBuffer> full = new ArrayList<>();
    private ByteBuffer piece = ByteBuffer.allocate(FIRST_SIZE);

    PagePieces(PiecePool pool) {
        this.pool = pool;
    }

    /** Puts bytes from position to limit, which stay as they are. */
    void put(ByteBuffer bytes) {
        int from = bytes.position();
        int end = bytes.limit();
        while (from < end) {
            ensureRoom();
            int at = piece.position();
            int size = Math.min(end - from, piece.remaining());
            piece.put(at, bytes, from, size).position(at + size);
            from += size;
        }
    }

    private void ensureRoom() {
        if (!piece.hasRemaining()) {
            full.add(piece);
            int size = GROWTH * piece.capacity();
            piece = size < PiecePool.PIECE_SIZE ? ByteBuffer.allocate(size) : pool.acquire();
        }
    }

    /** What was put; nothing more may be then. */
    List<ByteBuffer> toWrite() {
        List<ByteBuffer> all = new ArrayList<>(full.size() + 1);
        full.forEach(filled -> all.add(filled.duplicate().flip()));
        all.add(piece.duplicate().flip());
        return all;
    }

    /** To be completed once, when they are written, or never will be. */
    Callback written() {
        return Callback.from(this::release, failure -> {
            full.forEach(pool::forget);
            pool.forget(piece);
        });
    }

    /** Gives the pieces back that nobody looks at. */
    void release() {
        full.forEach(pool::release);
        pool.release(piece);
    }
}
