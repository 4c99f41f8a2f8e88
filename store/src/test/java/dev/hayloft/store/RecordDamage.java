package dev.hayloft.store;

import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A bit of a record of the system partition that is not as it was written, until it is put right again. */
record RecordDamage(Path data, Path file, long offset) {
    /** In the last record of this name, a little behind it; the store is closed. */
    static RecordDamage flip(Path data, String name) throws IOException {
        for (String folder : List.of("log", "volumes")) {
            try (Stream<Path> files = Files.walk(data.resolve("system").resolve(folder))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lastIndexOf(name);
                    if (at >= 0) {
                        RecordDamage damage = new RecordDamage(data, file, at + name.length() + 4L);
                        damage.flip();
                        return damage;
                    }
                }
            }
        }
        throw new AssertionError("no record of this name: " + name);
    }

    private void flip() throws IOException {
        FileDamage.flip(file, offset, 2);
    }

    /** What was done is undone; the file may have moved since. */
    void undo() throws IOException {
        if (Files.exists(file)) {
            flip();
        } else {
            try (Stream<Path> volumes = Files.list(data.resolve("system/volumes"))) {
                new RecordDamage(data, volumes.sorted().findFirst().orElseThrow(), offset).flip();
            }
        }
    }
}
