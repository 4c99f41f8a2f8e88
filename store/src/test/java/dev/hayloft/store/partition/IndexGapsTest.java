package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IndexGapsTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("GAPS");
    }

    @Test
    void volumes_areKnownToTheNextStart() {
        IndexGaps gaps = IndexGaps.open(file()).orElseThrow();
        assertThat(gaps.isEmpty()).isTrue();
        gaps.add(Set.of(3));
        gaps.add(Set.of(12, 3));
        IndexGaps next = IndexGaps.open(file()).orElseThrow();
        assertThat(next.contains(3)).isTrue();
        assertThat(next.contains(12)).isTrue();
        assertThat(next.contains(4)).isFalse();
        next.set(Set.of());
        assertThat(file()).doesNotExist();
        assertThat(IndexGaps.open(file()).orElseThrow().isEmpty()).isTrue();
    }

    @Test
    void damagedFile_isNotTakenForNone() throws IOException {
        IndexGaps.open(file()).orElseThrow().set(Set.of(7));
        FileDamage.flip(file(), 16, 0);
        assertThat(IndexGaps.open(file())).isEmpty();
    }
}
