package dev.hayloft.store.parity;

import dev.hayloft.erasure.shard.ShardFile;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folders in which a partition's shard files stand, one per disk, and the names in them.
 *
 * <p><i>Durability:</i> a set appears whole: its files are written beside their names and forced; then a note that
 * lists them is made durable; then they are renamed, and the note goes. What has no note was never finished, and is
 * swept at the next opening; what has one is finished then.
 *
 * <p><i>Threads:</i> any, one at a time for a volume.
 */
public final class ShardFolders {
    private static final Logger LOG = System.getLogger(ShardFolders.class.getName());
    private static final Pattern NAME = Pattern.compile("(\\d{10})-(\\d{3})\\.shard");
    private static final String UNFINISHED = ".tmp";
    private static final String NOTE = ".commit";

    private final List<Path> folders;

    private ShardFolders(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** Opens the folders, made where they are absent, and finishes or sweeps what a stop left half done. */
    static ShardFolders open(List<Path> folders) {
        ShardFolders opened = new ShardFolders(folders);
        try {
            for (Path folder : folders) {
                Files.createDirectories(folder);
            }
            opened.finishCommits();
            opened.sweep();
            return opened;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** How many disks there are. */
    public int count() {
        return folders.size();
    }

    /** Where a shard of a volume belongs: each volume begins on another disk, so that all fill evenly. */
    public Path home(int volume, int shard) {
        Path folder = folders.get(Math.floorMod(volume + shard, folders.size()));
        return folder.resolve("%010d-%03d.shard".formatted(volume, shard));
    }

    /** The name under which a file is written until its set is complete. */
    public static Path unfinished(Path file) {
        return file.resolveSibling(file.getFileName() + UNFINISHED);
    }

    /** Gives the files of a set, all forced under their unfinished names, their names; durable at return. */
    public void commit(int volume, Collection<Path> files) {
        Path note = folders.get(0).resolve("%010d%s".formatted(volume, NOTE));
        StringBuilder lines = new StringBuilder();
        files.forEach(file -> lines.append(file.toAbsolutePath()).append('\n'));
        SmallFiles.write(note, lines.toString());
        try {
            rename(files);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        SmallFiles.delete(note);
    }

    private static void rename(Collection<Path> files) throws IOException {
        Set<Path> changed = new HashSet<>();
        for (Path file : files) {
            if (Files.exists(unfinished(file))) {
                Files.move(unfinished(file), file, StandardCopyOption.ATOMIC_MOVE);
            }
            changed.add(file.toAbsolutePath().resolveSibling("."));
        }
        changed.forEach(SmallFiles::forceFolder);
    }

    private void finishCommits() throws IOException {
        for (Path note : list(folders.get(0), "*" + NOTE)) {
            List<Path> files = Files.readString(note).lines().map(Path::of).toList();
            LOG.log(Level.INFO, "Finishing what a stop interrupted: {0}", note);
            rename(files.stream()
                    .filter(file -> Files.isDirectory(file.toAbsolutePath().resolveSibling(".")))
                    .toList());
            SmallFiles.delete(note);
        }
    }

    private void sweep() throws IOException {
        for (Path folder : folders) {
            for (Path file : list(folder, "*" + UNFINISHED)) {
                try {
                    SmallFiles.delete(file);
                } catch (UncheckedIOException undeletable) {
                    LOG.log(Level.WARNING, "An unfinished file cannot be deleted and is left: " + file, undeletable);
                }
            }
        }
    }

    /** The shard files whose header can be read, by volume; those whose name says a volume that is wanted. */
    Map<Integer, List<ShardFile>> find(IntPredicate isWanted) {
        Map<Integer, List<ShardFile>> found = new TreeMap<>();
        try {
            for (Path folder : folders) {
                for (Path path : list(folder, "*.shard")) {
                    Matcher name = NAME.matcher(path.getFileName().toString());
                    if (name.matches() && isWanted.test(Integer.parseInt(name.group(1)))) {
                        read(path, found);
                    }
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return found;
    }

    private static void read(Path path, Map<Integer, List<ShardFile>> found) {
        try {
            ShardFile file = ShardFile.open(path);
            found.computeIfAbsent(file.layout().volume(), unused -> new ArrayList<>())
                    .add(file);
        } catch (IOException | CorruptionException damaged) {
            LOG.log(Level.WARNING, "A shard file cannot be read and counts as lost: " + path, damaged);
        }
    }

    /**
     * Removes every file of a volume that can be removed, finished or not.
     *
     * @throws UncheckedIOException for the first that cannot
     */
    void delete(int volume) {
        List<IOException> failed = new ArrayList<>();
        for (Path folder : folders) {
            try {
                list(folder, "%010d-*".formatted(volume)).forEach(file -> delete(file, failed));
            } catch (IOException unreadable) {
                failed.add(unreadable);
            }
        }
        if (!failed.isEmpty()) {
            throw new UncheckedIOException(failed.get(0));
        }
    }

    private static void delete(Path file, List<IOException> failed) {
        try {
            SmallFiles.delete(file);
        } catch (UncheckedIOException undeletable) {
            failed.add(undeletable.getCause());
        }
    }

    private static List<Path> list(Path folder, String glob) throws IOException {
        List<Path> paths = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
                files.forEach(paths::add);
            } catch (DirectoryIteratorException unreadable) {
                throw unreadable.getCause();
            }
        }
        return paths;
    }
}
