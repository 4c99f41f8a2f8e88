package dev.hayloft.store.parity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamageNotesTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("DAMAGED");
    }

    @Test
    void notes_areReadAgain_andGoWithTheLastVolume() {
        DamageNotes notes = DamageNotes.open(file());
        assertThat(file()).doesNotExist();
        notes.note(7, false);
        notes.note(12, true);
        notes.note(12, false);
        assertThat(file()).content().startsWith("format 1\ndamaged 7\nlost 12\ncrc32c ");
        DamageNotes again = DamageNotes.open(file());
        assertThat(again.noted()).isEqualTo(Map.of(7, false, 12, true));
        again.forget(12);
        assertThat(DamageNotes.open(file()).noted()).isEqualTo(Map.of(7, false));
        again.forget(7);
        assertThat(file()).doesNotExist();
    }

    @Test
    void anyFlippedByte_makesAFileThatSaysNothing() throws IOException {
        DamageNotes.open(file()).note(7, false);
        long size = Files.size(file());
        for (long at = 0; at < size; at++) {
            FileDamage.flip(file(), at, 3);
            assertThat(DamageNotes.open(file()).noted()).isEmpty();
            FileDamage.flip(file(), at, 3);
        }
        assertThat(DamageNotes.open(file()).noted()).hasSize(1);
    }

    @Test
    void noteThatCannotBeWritten_isKnownUntilTheStop() throws IOException {
        DamageNotes notes = DamageNotes.open(folder.resolve("gone/DAMAGED"));
        notes.note(7, false);
        assertThat(notes.noted()).containsKey(7);
    }
}
