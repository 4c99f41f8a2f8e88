package dev.hayloft.store.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decoded content of two readers never stands in the same memory. */
class ContentMemoryTest {
    private static final int LARGE = 1 << 20;

    private final ContentMemory.Pool pool = new ContentMemory.Pool();

    @Test
    void memory_ofOneReader_isLentAgainOnlyOnceItIsClosed() {
        ContentMemory first = pool.memory();
        byte[] lent = first.ofSize(LARGE);
        assertThat(first.ofSize(LARGE / 2)).isSameAs(lent);
        assertThat(pool.memory().ofSize(LARGE)).isNotSameAs(lent);
        first.close();
        assertThat(pool.memory().ofSize(LARGE - 1)).isSameAs(lent);
    }

    @Test
    void memory_thatIsClosedTwice_isLentOnce() {
        ContentMemory first = pool.memory();
        byte[] lent = first.ofSize(LARGE);
        first.close();
        first.close();
        ContentMemory second = pool.memory();
        assertThat(second.ofSize(LARGE)).isSameAs(lent);
        first.close();
        assertThat(pool.memory().ofSize(LARGE)).isNotSameAs(lent);
    }

    @Test
    void memory_forSmallOrOddContent_isFreshAndAsLarge() {
        ContentMemory memory = pool.memory();
        for (int size : List.of(0, 1, 1000, LARGE + 1, 3 * LARGE)) {
            byte[] fresh = memory.ofSize(size);
            assertThat(fresh).hasSize(size);
            assertThat(size == 0 ? new byte[0] : memory.ofSize(size)).isNotSameAs(fresh);
        }
    }

    @Test
    void pool_keepsSixteenArraysAtMost() {
        List<ContentMemory> readers = new ArrayList<>();
        List<byte[]> lent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            readers.add(pool.memory());
            lent.add(readers.get(i).ofSize(LARGE));
        }
        readers.forEach(ContentMemory::close);
        List<byte[]> again = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            again.add(pool.memory().ofSize(LARGE));
        }
        assertThat(again.stream().filter(array -> lent.stream().anyMatch(each -> each == array)))
                .hasSize(16);
    }
}
