package dev.hayloft.store.folder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/** Files that appear whole or not at all: written beside, forced, renamed, their folder forced. */
public final class SmallFiles {
    private SmallFiles() {}

    /** Replaces a file by this text, durably. */
    public static void write(Path file, String text) {
        write(file, StandardCharsets.UTF_8.encode(text));
    }

    /** Replaces a file by these bytes, durably. */
    public static void write(Path file, ByteBuffer bytes) {
        write(file, bytes, "rw-r--r--");
    }

    /** As {@link #write}, readable by its owner alone. */
    public static void writeSecret(Path file, String text) {
        write(file, StandardCharsets.UTF_8.encode(text), "rw-------");
    }

    private static void write(Path file, ByteBuffer bytes, String permissions) {
        Path beside = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.deleteIfExists(beside);
            Files.createFile(beside, permissions(permissions));
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(file.toAbsolutePath().resolveSibling("."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a file to be made, as {@code ls} shows them. */
    static FileAttribute<Set<PosixFilePermission>> permissions(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }

    /** Replaces a file by this text, which survives the process but not the operating system. */
    public static void writeUnforced(Path file, String text) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".tmp");
        Files.writeString(beside, text, StandardCharsets.UTF_8);
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes a file durably; an absent one is fine. */
    public static void delete(Path file) {
        try {
            if (Files.deleteIfExists(file)) {
                forceFolder(file.toAbsolutePath().resolveSibling("."));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forces a folder's entries. */
    public static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forces every file below a folder, those that were mapped too. */
    public static void forceTree(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path)) {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                } else if (Files.isDirectory(path)) {
                    forceFolder(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
