package dev.hayloft.log.format;

import dev.hayloft.model.DigestChain;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The body of an object that was appended to: its pieces, the bytes behind them, and what its entity tag goes on from.
 *
 * @param digests of its parts
 * @param pieces in order
 * @param tail content behind the pieces, from position to limit
 */
public record AppendedBody(DigestChain digests, List<Piece> pieces, ByteBuffer tail) {
    public AppendedBody {
        pieces = List.copyOf(pieces);
    }

    /** Bytes of all content. */
    public long sizeBytes() {
        return pieces.stream().mapToLong(Piece::sizeBytes).sum() + tail.remaining();
    }
}
