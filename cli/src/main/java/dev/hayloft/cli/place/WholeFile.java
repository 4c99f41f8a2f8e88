package dev.hayloft.cli.place;

import dev.hayloft.cli.place.Place.Blob;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Files that appear whole or not at all. */
final class WholeFile {
    private static final String PREFIX = ".hayloft-";
    private static final String SUFFIX = ".part";
    private static final int COPY_SIZE = 128 << 10;

    private WholeFile() {}

    /** Whether a file is a copy that has not become whole. */
    static boolean isPart(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    static Blob open(Path file, Map<String, String> headers) throws IOException {
        return new Blob(Files.newInputStream(file), Files.size(file), headers);
    }

    /** Writes beside the file and renames; its folder is there. */
    static void write(Path file, Blob blob) throws IOException {
        Path part = file.resolveSibling(
                PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + SUFFIX);
        try {
            try (OutputStream target =
                    Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                copy(blob, target);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING); // On one file system: a rename.
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Copies all of a blob, and fails when it is shorter or longer than it said. */
    static void copy(Blob blob, OutputStream target) throws IOException {
        byte[] buffer = new byte[(int) Math.min(COPY_SIZE, Math.max(1, blob.sizeBytes()))];
        long total = 0;
        int count;
        while ((count = blob.stream().read(buffer, 0, buffer.length)) >= 0) {
            target.write(buffer, 0, count);
            total += count;
        }
        if (total != blob.sizeBytes()) {
            throw new EOFException("the content has " + total + " bytes instead of " + blob.sizeBytes()
                    + ": it changed while it was copied; copy it again");
        }
    }
}
