package dev.hayloft.store.backup;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Makes a data folder from a backup: the same store with the same users and keys, as a new incarnation, because its
 * history goes another way from here on. Its views are built by the first start.
 *
 * <p><i>Threads:</i> one.
 */
public final class Restore {
    private final Path backup;
    private final Path data;

    /**
     * A restore.
     *
     * @param data the new data folder, absent or empty
     */
    public Restore(Path backup, Path data) {
        this.backup = backup;
        this.data = data;
    }

    /**
     * Bytes that {@link #run} will copy.
     *
     * @throws RequestException {@code bad-parameter} when there is no backup
     */
    public long sizeBytes() {
        return list().files().values().stream()
                .mapToLong(BackupList.Entry::bytes)
                .sum();
    }

    /** Paths of the volumes that are not as they were written, or that the backup does not have; mostly none. */
    public List<String> damaged() {
        return list().damaged().stream().map(BackupList::path).distinct().toList();
    }

    private BackupList list() {
        return BackupList.read(backup)
                .orElseThrow(() -> new RequestException(ErrorCode.BAD_PARAMETER, "The folder holds no backup.")
                        .with("folder", backup));
    }

    /**
     * Does it.
     *
     * @param progress told of bytes
     * @return bytes that were copied
     * @throws RequestException {@code conflict} when the data folder holds anything; {@code bad-parameter} when there
     *     is no backup
     * @throws CorruptionException when a file of the backup is missing or damaged
     */
    public long run(LongConsumer progress) {
        BackupList list = list();
        refuseToOverwrite();
        long bytes = 0;
        Path identity = backup.resolve("STORE");
        for (var file : list.files().entrySet()) {
            Path source = backup.resolve(file.getKey());
            if (!Files.isRegularFile(source)) {
                throw new CorruptionException("A file of the backup is missing.").with("file", source);
            }
            String path = BackupList.path(file.getKey());
            if (path.equals("STORE")) {
                identity = source;
                continue; // Last: without it, no server takes the folder for a store.
            }
            Path target = data.resolve(path);
            BackupList.Entry copied =
                    path.endsWith(".key") ? secret(source, target) : FileCopy.copy(source, target, progress);
            if (!copied.equals(file.getValue())) {
                throw new CorruptionException("A file of the backup is damaged.").with("file", source);
            }
            bytes += copied.bytes();
        }
        writeIdentity(identity);
        return bytes;
    }

    private void refuseToOverwrite() {
        if (!Files.exists(data)) {
            return;
        }
        try (Stream<Path> children = Files.list(data)) {
            if (children.findAny().isPresent()) {
                throw new RequestException(
                                ErrorCode.CONFLICT, "The data folder is not empty; a restore overwrites nothing.")
                        .with("folder", data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BackupList.Entry secret(Path source, Path target) {
        try {
            Files.createDirectories(target.toAbsolutePath().resolveSibling("."));
            SmallFiles.writeSecret(target, Files.readString(source));
            return FileCopy.read(target, bytes -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeIdentity(Path source) {
        try {
            Properties identity = new Properties();
            identity.load(new StringReader(Files.readString(source)));
            identity.setProperty("incarnation", UUID.randomUUID().toString());
            StringBuilder text = new StringBuilder();
            identity.stringPropertyNames().stream().sorted().forEach(name -> text.append(name)
                    .append('=')
                    .append(identity.getProperty(name))
                    .append('\n'));
            SmallFiles.write(data.resolve("STORE"), text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
