package dev.hayloft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Folders for tests that need more than JUnit's {@code @TempDir}: properties, child processes, copies of a data folder.
 * Each name begins with {@link #PREFIX}, which is how {@link CleanExit} finds one that was forgotten.
 */
public final class TempFolders {
    /** How the name of each folder made by this JVM begins. */
    public static final String PREFIX =
            "hayloft-test-" + ProcessHandle.current().pid() + "-";

    private static final int COPY_STEP = 64 * 1024;

    private TempFolders() {}

    /** A fresh, empty folder under the system's temporary folder. Whoever makes it deletes it. */
    public static Path create(String purpose) {
        try {
            return Files.createTempDirectory(PREFIX + purpose + "-");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Deletes a folder with all it holds, links themselves and not what they lead to; nothing when it is gone. */
    public static void delete(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
                if (failed instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failed;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Copies a tree of folders and regular files into {@code to}, which is made; runs of zeros stay unwritten. */
    public static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectories(to.resolve(from.relativize(directory)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                copyFile(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void copyFile(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer step = ByteBuffer.allocate(COPY_STEP);
            ByteBuffer zeros = ByteBuffer.allocate(COPY_STEP);
            long position = 0;
            while (in.read(step.clear(), position) > 0) {
                step.flip();
                int read = step.remaining();
                if (!step.equals(zeros.clear().limit(read))) {
                    writeAll(out, step, position);
                }
                position += read;
            }
            if (out.size() < position) {
                writeAll(out, ByteBuffer.allocate(1), position - 1);
            }
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += out.write(bytes, at);
        }
    }
}
