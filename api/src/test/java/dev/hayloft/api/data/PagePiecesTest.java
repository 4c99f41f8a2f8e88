package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PagePiecesTest {
    private static final int PIECES_MAX = 256;

    private static byte[] bytes(List<ByteBuffer> pieces) {
        ByteBuffer all = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(piece -> all.put(piece.duplicate()));
        return all.array();
    }

    @Test
    void givesWhatWasPutAcrossPieces() {
        Random random = new Random(5);
        PagePieces page = new PagePieces(new PiecePool());
        ByteBuffer expected = ByteBuffer.allocate(1 << 20);
        while (expected.remaining() > 4_000) {
            byte[] some = new byte[random.nextInt(4_000)];
            random.nextBytes(some);
            int from = random.nextInt(some.length + 1);
            ByteBuffer given = ByteBuffer.wrap(some).position(from);
            page.put(given);
            assertThat(given.position()).isEqualTo(from);
            expected.put(some, from, some.length - from);
        }

        List<ByteBuffer> pieces = page.toWrite();

        assertThat(bytes(pieces)).isEqualTo(Arrays.copyOf(expected.array(), expected.position()));
        assertThat(pieces.get(0).isDirect()).isFalse();
        assertThat(pieces.get(pieces.size() - 1).isDirect()).isTrue();
    }

    @Test
    void littleTakesNothingFromThePool() {
        PagePieces page = new PagePieces(new PiecePool());
        page.put(ByteBuffer.allocate(64 << 10));
        assertThat(page.toWrite()).noneMatch(ByteBuffer::isDirect);
    }

    @Test
    void piecesComeBackWhenWritten() {
        PiecePool pool = new PiecePool();
        PagePieces page = new PagePieces(pool);
        page.put(ByteBuffer.allocate(200 << 10));
        page.written().succeeded();
        ByteBuffer first = pool.acquire();
        pool.release(first);
        assertThat(pool.acquire()).isSameAs(first);
        assertThat(first.remaining()).isEqualTo(PiecePool.PIECE_SIZE);
    }

    @Test
    void piecesOfAFailedWriteDoNotComeBackButOthersMayBeMadeForThem() throws IOException {
        PiecePool pool = new PiecePool();
        PagePieces page = new PagePieces(pool);
        page.put(ByteBuffer.allocate(PIECES_MAX * PiecePool.PIECE_SIZE));
        List<ByteBuffer> others = new ArrayList<>();
        for (ByteBuffer other = pool.acquire(); other.isDirect(); other = pool.acquire()) {
            others.add(other);
        }
        page.written().failed(new IOException("the reader has gone"));

        assertThat(pool.acquire().isDirect()).isTrue();
        others.forEach(pool::release);
        assertThat(pool.acquire().isDirect()).isTrue();
    }
}
