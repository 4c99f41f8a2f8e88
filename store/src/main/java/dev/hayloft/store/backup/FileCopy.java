package dev.hayloft.store.backup;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/** Files copied or linked whole, with a checksum of what arrived. Threads: any. */
final class FileCopy {
    private static final int CHUNK = 1 << 20;

    private FileCopy() {}

    /**
     * Links a file that never changes, or copies it where it cannot be linked; then reads what arrived.
     *
     * @param progress told of bytes, may throw to end the work
     */
    static BackupList.Entry link(Path source, Path target, LongConsumer progress) {
        try {
            Files.createDirectories(parent(target));
            Files.deleteIfExists(target);
            try {
                Files.createLink(target, source);
            } catch (IOException | UnsupportedOperationException e) {
                return copy(source, target, progress); // Another file system, or one without links.
            }
            SmallFiles.forceFolder(parent(target));
            return read(target, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies a file, durably; the target appears whole or not at all. */
    static BackupList.Entry copy(Path source, Path target, LongConsumer progress) {
        return write(
                target,
                sink -> {
                    try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ)) {
                        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
                        while (from.read(buffer.clear()) >= 0) {
                            sink.write(buffer.flip());
                        }
                    }
                },
                progress);
    }

    /** Gives a file's bytes in order. */
    interface Source {
        void writeTo(Sink sink) throws IOException;
    }

    /** Takes a file's bytes in order. */
    interface Sink {
        void write(ByteBuffer bytes) throws IOException;
    }

    /** Writes a file, durably; the target appears whole or not at all. */
    static BackupList.Entry write(Path target, Source source, LongConsumer progress) {
        Path beside = unfinished(target);
        try {
            Files.createDirectories(parent(target));
            BackupList.Entry copied;
            try (FileChannel to = FileChannel.open(
                    beside,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                copied = write(source, to, progress);
                to.force(true);
            }
            BackupList.Entry arrived = read(beside, bytes -> {});
            if (!arrived.equals(copied)) {
                throw new CorruptionException("A copy is not what was copied.").with("file", target);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            SmallFiles.forceFolder(parent(target));
            return copied;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a file is written before it gets its name. */
    static Path unfinished(Path target) {
        return target.resolveSibling(target.getFileName() + ".tmp");
    }

    private static BackupList.Entry write(Source source, FileChannel to, LongConsumer progress) throws IOException {
        CRC32C crc = new CRC32C();
        long[] bytes = new long[1];
        source.writeTo(buffer -> {
            bytes[0] += buffer.remaining();
            progress.accept(buffer.remaining());
            crc.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
        });
        return new BackupList.Entry(bytes[0], (int) crc.getValue());
    }

    /** Size and checksum of a file as it stands. */
    static BackupList.Entry read(Path file, LongConsumer progress) {
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
            CRC32C crc = new CRC32C();
            long bytes = 0;
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                bytes += buffer.remaining();
                progress.accept(buffer.remaining());
                crc.update(buffer);
            }
            return new BackupList.Entry(bytes, (int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path parent(Path file) {
        return file.toAbsolutePath().resolveSibling(".").normalize();
    }
}
