package dev.hayloft.cli.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.CopyOption;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that appear whole or not at all: content is written beside its place and then renamed. What an interrupt leaves
 * is deleted on the way out.
 *
 * <p><i>Threads:</i> any.
 */
public final class WholeFiles {
    private static final String PREFIX = ".hayloft-";
    private static final String SUFFIX = ".part";

    private static final Set<Path> PARTS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(WholeFiles::deleteParts, "hayloft-parts"));
    }

    private WholeFiles() {}

    /** What becomes a file. */
    public interface Content {
        /** Writes all of it, or throws, so that there is no file. */
        void writeTo(OutputStream target) throws IOException;
    }

    /** Whether a file is one that has not become whole. */
    public static boolean isPart(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    /** Writes a file, in place of one that is there; its folder is there. */
    public static void write(Path file, Content content) throws IOException {
        Path part = file.resolveSibling(
                PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong()) + SUFFIX);
        boolean ordinary = file.getFileSystem().equals(FileSystems.getDefault());
        if (ordinary) {
            PARTS.add(part); // In an archive nothing stays until that is closed.
        }
        try {
            try (OutputStream target =
                    Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                content.writeTo(target);
            }
            // Without ATOMIC_MOVE the JDK deletes the old file first; archives know nothing else.
            CopyOption[] how = ordinary
                    ? new CopyOption[] {StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING}
                    : new CopyOption[] {StandardCopyOption.REPLACE_EXISTING};
            Files.move(part, file, how);
        } finally {
            Files.deleteIfExists(part);
            PARTS.remove(part);
        }
    }

    private static void deleteParts() {
        PARTS.removeIf(WholeFiles::isGone);
    }

    private static boolean isGone(Path part) {
        try {
            Files.deleteIfExists(part);
            return true;
        } catch (IOException e) {
            return false; // The process ends now, and a hidden file that stays does no harm.
        }
    }
}
