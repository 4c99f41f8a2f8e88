package dev.hayloft.store.backup;

import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/**
 * The files of a backup that is being made, in the folder of the one before. A file that the last list names is taken
 * over as it is or left alone: what else belongs at its path goes beside it. So a backup that comes to no end takes
 * nothing from the one before.
 *
 * <p><i>Threads:</i> one.
 */
final class BackupFiles {
    private final Path folder;
    private final SortedMap<String, BackupList.Entry> before;
    private final boolean isSameHistory;
    private final SortedMap<String, BackupList.Entry> files = new TreeMap<>();

    /** None yet; the last list is read. */
    BackupFiles(Path folder, UUID incarnation) {
        Optional<BackupList> last = BackupList.read(folder);
        this.folder = folder;
        this.before = last.map(BackupList::files).orElse(Collections.emptySortedMap());
        this.isSameHistory =
                last.filter(list -> list.incarnation().equals(incarnation)).isPresent();
    }

    /** All so far, by their names in the folder. */
    SortedMap<String, BackupList.Entry> all() {
        return Collections.unmodifiableSortedMap(files);
    }

    /**
     * Takes over a file that never changes, if the last backup has it whole. In one of another incarnation the same
     * path may hold something else of the same size, so that bytes are compared.
     */
    Optional<BackupList.Entry> keep(String path, Path source) {
        for (String name : names(path)) {
            BackupList.Entry known = before.get(name);
            if (known != null
                    && isOfSize(folder.resolve(name), known.bytes())
                    && (isSameHistory || isSame(source, folder.resolve(name)))) {
                files.put(name, known);
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    private static List<String> names(String path) {
        return List.of(path, path + BackupList.BESIDE);
    }

    private static boolean isOfSize(Path file, long bytes) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSame(Path source, Path kept) {
        try {
            return Files.mismatch(source, kept) < 0;
        } catch (IOException e) {
            return false; // Unreadable, or gone to its shards meanwhile; whoever copies it knows what to do.
        }
    }

    /** Adds a file, which is to be written where it is told. */
    BackupList.Entry add(String path, Function<Path, BackupList.Entry> write) {
        String name = before.containsKey(path) ? path + BackupList.BESIDE : path;
        BackupList.Entry entry = write.apply(folder.resolve(name));
        files.put(name, entry);
        return entry;
    }

    /** Adds a small file, or takes it over where it holds the same text. */
    void addText(String path, String text, boolean isSecret) {
        for (String name : names(path)) {
            if (before.containsKey(name) && holds(folder.resolve(name), text)) {
                files.put(name, FileCopy.read(folder.resolve(name), bytes -> {}));
                return;
            }
        }
        add(path, target -> write(target, text, isSecret));
    }

    private static boolean holds(Path file, String text) {
        try {
            return Files.isRegularFile(file)
                    && Arrays.equals(Files.readAllBytes(file), text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BackupList.Entry write(Path target, String text, boolean isSecret) {
        try {
            Files.createDirectories(target.resolveSibling("."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (isSecret) {
            SmallFiles.writeSecret(target, text);
        } else {
            SmallFiles.write(target, text);
        }
        return FileCopy.read(target, bytes -> {});
    }

    /** Deletes what the last list named and these are not; the new list stands by then. */
    void deleteOthers() {
        before.keySet().stream()
                .filter(name -> !files.containsKey(name))
                .forEach(name -> SmallFiles.delete(folder.resolve(name)));
    }
}
