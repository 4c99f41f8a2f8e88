package dev.hayloft.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.cli.session.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SafeFolderTest {
    @TempDir
    private Path temp = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a/../b", "a/../../b", "a\0b"})
    void file_ofNameThatIsNoFileInside_isRefused(String name) throws IOException {
        SafeFolder folder = SafeFolder.open(temp.resolve("in"));
        assertThatThrownBy(() -> folder.file(name))
                .isInstanceOf(CommandFailure.class)
                .hasMessageStartingWith("refused");
        assertThat(temp.resolve("a")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", "a/..b/c", ".hidden", "a b/c\\d", "-r", "é/ü", "~"})
    void file_ofOddButHarmlessName_isInside(String name) throws IOException {
        SafeFolder folder = SafeFolder.open(temp.resolve("in"));
        Path file = folder.file(name);
        Files.writeString(file, "x");
        assertThat(file.toRealPath()).startsWith(temp.resolve("in").toRealPath());
        assertThat(folder.root().relativize(file)).hasToString(name);
    }

    @Test
    void file_throughLinkThatLeadsOut_isRefused() throws IOException {
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Path inside = Files.createDirectory(temp.resolve("in"));
        Files.createSymbolicLink(inside.resolve("link"), outside);
        Files.createDirectory(inside.resolve("real"));
        Files.createSymbolicLink(inside.resolve("harmless"), inside.resolve("real"));
        SafeFolder folder = SafeFolder.open(inside);
        assertThatThrownBy(() -> folder.file("link/evil")).hasMessageContaining("leads out");
        assertThatThrownBy(() -> folder.file("link/sub/evil")).hasMessageContaining("leads out");
        assertThat(folder.file("harmless/good")).isEqualTo(folder.root().resolve("harmless/good"));
        try (var left = Files.list(outside)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void file_whereAFileIsAFolder_isNamed() throws IOException {
        SafeFolder folder = SafeFolder.open(temp.resolve("in"));
        Files.writeString(folder.file("a"), "x");
        assertThatThrownBy(() -> folder.file("a/b")).hasMessageContaining("which is a file");
        Files.createDirectory(folder.root().resolve("d"));
        assertThatThrownBy(() -> folder.file("d")).hasMessageContaining("is a folder already");
    }
}
