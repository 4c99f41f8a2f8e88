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
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Makes a data folder from a backup: the same store with the same users and keys, as a new incarnation, because its
 * history goes another way from here on. Its views are built by the first start. Volumes that are damaged in the backup
 * come along, because each of their frames has a checksum of its own: what stands in the others can be read.
 *
 * <p><i>Threads:</i> one.
 */
public final class Restore {
    private static final int NAMED_MAX = 100;

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
     * @throws CorruptionException when a file of the backup is missing or damaged. Where only volumes and hint files
     *     are damaged it is thrown at the end, and names them: the data folder is made then, without these hint files
     */
    public long run(LongConsumer progress) {
        BackupList list = list();
        refuseToOverwrite();
        long bytes = 0;
        Path identity = backup.resolve("STORE");
        List<String> damaged = new ArrayList<>();
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
                goOn(path, source, copied.bytes() == file.getValue().bytes());
                damaged.add(file.getKey());
            }
            bytes += copied.bytes();
        }
        writeIdentity(identity);
        if (!damaged.isEmpty()) {
            throw new CorruptionException(
                            "The data folder is made, but files of the backup are damaged: what stands in a volume's"
                                    + " damaged bytes is missing or cannot be read.")
                    .with("damagedFiles", damaged.size())
                    .with("files", String.join(", ", damaged.subList(0, Math.min(NAMED_MAX, damaged.size()))));
        }
        return bytes;
    }

    /** A damaged volume stays as it came, a hint file goes: it only spares a start some reading. */
    private void goOn(String path, Path source, boolean hasItsLength) {
        if (path.endsWith(".hint")) {
            SmallFiles.delete(data.resolve(path));
        } else if (!path.endsWith(".volume") || !hasItsLength) {
            throw new CorruptionException("A file of the backup is damaged.").with("file", source);
        }
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
