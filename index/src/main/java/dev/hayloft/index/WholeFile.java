package dev.hayloft.index;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Makes a file appear whole or not at all, and stay: temporary file, force, rename, force of the folder. Bytes of a
 * write that failed are left under the temporary name until the next one.
 */
final class WholeFile {
    static final String TEMPORARY_SUFFIX = ".tmp";

    private WholeFile() {}

    /** Fills the file. */
    @FunctionalInterface
    interface Writer {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes and replaces. */
    static void write(Path file, Writer writer) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writer.writeTo(channel);
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(file);
    }

    private static void forceFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
