package dev.hayloft.store.backup;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.SmallFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a backup that is being made, in the folder of the one before. A file that the last list names is taken
 * over as it is or left alone: what else belongs at its path goes beside it. So a backup that comes to no end takes
 * nothing from the one before.
 *
 * <p><i>Threads:</i> one.
 */
final class BackupFiles {
    private static final Logger LOG = System.getLogger(BackupFiles.class.getName());

    /** What a backup calls its files below these two folders, while they are written too. */
    private static final Pattern OWN_NAME = Pattern.compile("(partitions/[0-9]+|system)/"
            + "(volumes/[0-9]{10}\\.volume|hints/[0-9]{10}\\.hint|COMPACTED)(\\.2)?(\\.tmp)?");

    private final Path folder;
    private final SortedMap<String, BackupList.Entry> before;
    private final boolean isSameHistory;
    private final Set<String> damagedBefore;
    private final SortedMap<String, BackupList.Entry> files = new TreeMap<>();
    private final SortedSet<String> damaged = new TreeSet<>();

    /** None yet; the last list is read. */
    BackupFiles(Path folder, UUID incarnation) {
        Optional<BackupList> last = BackupList.read(folder);
        this.folder = folder;
        this.before = last.map(BackupList::files).orElse(Collections.emptySortedMap());
        this.damagedBefore = last.map(BackupList::damaged).orElse(Collections.emptySortedSet());
        this.isSameHistory =
                last.filter(list -> list.incarnation().equals(incarnation)).isPresent();
    }

    /** All so far, by their names in the folder. */
    SortedMap<String, BackupList.Entry> all() {
        return Collections.unmodifiableSortedMap(files);
    }

    /** Names of volumes that are not as they were written, or of the paths of those that are left out. */
    SortedSet<String> damaged() {
        return Collections.unmodifiableSortedSet(damaged);
    }

    /**
     * Takes over a file that never changes, if the last backup has it whole. In one of another incarnation the same
     * path may hold something else of the same size, so that bytes are compared.
     *
     * @param isGood judges what the last backup has, and may know that it is damaged
     */
    Optional<BackupList.Entry> keep(String path, Path source, BiPredicate<Path, BackupList.Entry> isGood) {
        for (String name : names(path)) {
            if (!damagedBefore.contains(name)) {
                BackupList.Entry known = before.get(name);
                if (known != null
                        && isOfSize(folder.resolve(name), known.bytes())
                        && (isSameHistory || isSame(source, folder.resolve(name)))
                        && isGood.test(folder.resolve(name), known)) {
                    files.put(name, known);
                    return Optional.of(known);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Takes over what the last backup has at a path after all, instead of what was added, if that has more wrong bytes.
     *
     * @param wrongBytes counts those of a file of the last backup
     * @param addedWrongBytes of the file that was added
     * @return wrong bytes of the file that is in this backup now
     */
    long keepBetter(String path, ToLongFunction<Path> wrongBytes, long addedWrongBytes) {
        for (String name : names(path)) {
            BackupList.Entry known = before.get(name);
            Path file = folder.resolve(name);
            if (known != null && isOfSize(file, known.bytes())) {
                long wrong = wrongBytes.applyAsLong(file);
                if (wrong <= addedWrongBytes) {
                    files.keySet().removeAll(names(path));
                    files.put(name, FileCopy.read(file, bytes -> {}));
                    damaged.removeAll(names(path));
                    if (wrong > 0) {
                        damaged.add(name);
                    }
                    return wrong;
                }
            }
        }
        return addedWrongBytes;
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

    /**
     * Adds a volume, which may turn out damaged. One of which nothing is left stays as the last backup had it.
     *
     * @throws CorruptionException when nothing is left of it, and the folder holds one that may be another
     */
    VolumeCopy.Result addVolume(String path, Function<Path, VolumeCopy.Result> copy) {
        String name = before.containsKey(path) ? path + BackupList.BESIDE : path;
        VolumeCopy.Result result = copy.apply(folder.resolve(name));
        result.entry().ifPresent(entry -> files.put(name, entry));
        if (result.entry().isEmpty()) {
            damaged.add(path);
            names(path).forEach(this::keepDamaged);
        } else if (!result.isWhole()) {
            damaged.add(name);
        }
        return result;
    }

    private void keepDamaged(String name) {
        BackupList.Entry known = before.get(name);
        if (known == null) {
            return;
        }
        if (!isSameHistory) { // It may be the last copy of a volume, but nothing tells that it is this one.
            throw new CorruptionException("A volume is lost, and the folder holds one of the same number that may be"
                            + " another; make the backup in another folder.")
                    .with("file", folder.resolve(name));
        }
        Path file = folder.resolve(name);
        if (Files.isRegularFile(file)) { // What is gone must not be listed: a restore ends at it.
            files.put(name, isOfSize(file, known.bytes()) ? known : FileCopy.read(file, bytes -> {}));
            damaged.add(name);
        }
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

    /**
     * Deletes what these files are not: what the last list named, and what backups have left that came to no end. The
     * new list stands by then. What is not called as a backup calls its files is left alone, and links to folders are
     * not followed.
     */
    void deleteOthers() {
        before.keySet().stream()
                .filter(name -> !files.containsKey(name))
                .forEach(name -> SmallFiles.delete(folder.resolve(name)));
        for (String root : List.of("partitions", "system")) {
            if (Files.isDirectory(folder.resolve(root), LinkOption.NOFOLLOW_LINKS)) {
                deleteLeftovers(folder.resolve(root));
            }
        }
    }

    private void deleteLeftovers(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                String name = folder.relativize(path).toString().replace(File.separatorChar, '/');
                if (OWN_NAME.matcher(name).matches()
                        && !files.containsKey(name)
                        && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    SmallFiles.delete(path);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "The backup is done, but what an earlier one has left could not be deleted.", e);
        }
    }
}
