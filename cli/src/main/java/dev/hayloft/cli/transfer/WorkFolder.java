package dev.hayloft.cli.transfer;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A hidden folder beside a file that is being made: on the same disk, so that the whole file can be moved into its
 * place. It goes with all that is in it when it is closed, and also when the process is interrupted.
 *
 * <p><i>Threads:</i> any.
 */
public final class WorkFolder implements Closeable {
    private static final String PREFIX = ".hayloft-";
    private static final int ATTEMPTS = 20;
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(WorkFolder::deleteAll, "hayloft-work"));
    }

    private final Path folder;

    private WorkFolder(Path folder) {
        this.folder = folder;
    }

    /** Makes one beside a file, which need not be there. */
    public static WorkFolder beside(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + " is no file");
        }
        Path folder = Files.createTempDirectory(parent, PREFIX);
        OPEN.add(folder);
        return new WorkFolder(folder);
    }

    /** A file in it. */
    public Path file(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() throws IOException {
        OPEN.remove(folder);
        delete(folder);
    }

    /** Workers may still write while the process ends: what they add meanwhile goes with the next attempt. */
    private static void deleteAll() {
        for (int i = 0; i < ATTEMPTS && !OPEN.isEmpty(); i++) {
            OPEN.removeIf(WorkFolder::isGone);
        }
    }

    private static boolean isGone(Path folder) {
        try {
            delete(folder);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException reason) throws IOException {
                if (reason instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw reason;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException reason) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
