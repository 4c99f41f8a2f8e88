package dev.hayloft.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A data folder seen from outside, by the names that docs/formats.md gives. */
final class DataFolder {
    private DataFolder() {}

    static List<Path> partitions(Path data) throws IOException {
        try (Stream<Path> entries = Files.list(data.resolve("partitions"))) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** The volume file in which some bytes stand, and where. */
    record Place(Path file, long offset) {}

    /** Looks through all volumes for bytes that stand in one place only, such as an incompressible value. */
    static Place find(Path data, byte[] wanted) throws IOException {
        String needle = new String(wanted, StandardCharsets.ISO_8859_1);
        for (Path partition : partitions(data)) {
            try (Stream<Path> files = Files.walk(partition)) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(file -> file.toString().endsWith(".cq4"))
                        .toList()) {
                    int at = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).indexOf(needle);
                    if (at >= 0) {
                        return new Place(file, at);
                    }
                }
            }
        }
        throw new AssertionError("no volume holds the bytes that were written");
    }
}
