package dev.hayloft.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TempFoldersTest {
    @TempDir
    Path folder;

    @Test
    void delete_treeWithLinkOutside_keepsWhatTheLinkLeadsTo() throws IOException {
        Path outside = Files.writeString(folder.resolve("outside"), "stays");
        Path made = TempFolders.create("delete");
        Files.createDirectories(made.resolve("a/b"));
        Files.writeString(made.resolve("a/b/c"), "goes");
        Files.createSymbolicLink(made.resolve("link"), outside);

        TempFolders.delete(made);
        TempFolders.delete(made);

        assertThat(made).doesNotExist();
        assertThat(outside).hasContent("stays");
    }

    @Test
    void copy_treeWithLongRunsOfZeros_isTheSame() throws IOException {
        Path from = folder.resolve("from");
        Files.createDirectories(from.resolve("deep"));
        byte[] sparse = new byte[10_000_000];
        sparse[3_000_000] = 1;
        Files.write(from.resolve("deep/sparse"), sparse);
        Files.write(from.resolve("empty"), new byte[0]);

        Path to = folder.resolve("to");
        TempFolders.copy(from, to);

        assertThat(to.resolve("deep/sparse")).hasBinaryContent(sparse);
        assertThat(to.resolve("empty")).isEmptyFile();
    }
}
