package dev.hayloft.store.partition;

import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a partition keeps what. The index stands in a numbered generation below {@code index/}, so that a new one can
 * be built beside the one in use; the file {@code index/CURRENT} names it.
 *
 * @param root the partition's folder
 */
record PartitionFolder(Path root) {
    private static final Pattern HINT_NAME = Pattern.compile("(\\d{10})\\.hint");

    Path directory() {
        return root.resolve("directory");
    }

    Path hint(int volume) {
        return hints().resolve("%010d.hint".formatted(volume));
    }

    Path volume(int volume) {
        return root.resolve("volumes").resolve("%010d.volume".formatted(volume));
    }

    Path compactionRecord() {
        return root.resolve("COMPACTED");
    }

    Path indexGaps() {
        return root.resolve("GAPS");
    }

    void deleteHint(int volume) {
        SmallFiles.delete(hint(volume));
    }

    /** Volumes with a hint file. */
    List<Integer> hinted() {
        try (Stream<Path> files = Files.list(hints())) {
            return files.map(file -> HINT_NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Integer.parseInt(name.group(1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path hints() {
        return root.resolve("hints");
    }

    Path appliedMark() {
        return root.resolve("APPLIED");
    }

    Path closingFigures() {
        return root.resolve("FIGURES");
    }

    Path runningFigures() {
        return root.resolve("RUNNING");
    }

    private Path indexes() {
        return root.resolve("index");
    }

    private Path currentFile() {
        return indexes().resolve("CURRENT");
    }

    void create() {
        try {
            Files.createDirectories(hints());
            Files.createDirectories(indexes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean hasIndex() {
        return Files.isRegularFile(currentFile());
    }

    /** The generation in use. */
    Path index() {
        try {
            return indexes().resolve(Files.readString(currentFile()).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder for a new generation, which is not there yet. */
    Path nextIndex() {
        long number = generations().stream()
                .mapToLong(path -> Long.parseLong(path.getFileName().toString()))
                .max()
                .orElse(0);
        return indexes().resolve("%06d".formatted(number + 1));
    }

    /** Removes generations that are not in use: replaced ones, and those that a stop left half-built. */
    void removeOtherIndexes() {
        Path current = index();
        generations().stream().filter(path -> !path.equals(current)).forEach(PartitionFolder::deleteTree);
    }

    /** From now on this generation is the one in use. */
    void adoptIndex(Path generation) {
        SmallFiles.write(currentFile(), generation.getFileName() + "\n");
    }

    private List<Path> generations() {
        try (Stream<Path> children = Files.list(indexes())) {
            return children.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path discardedDirectory() {
        return root.resolve("directory.discarded");
    }

    /** Deletes the directory; half a directory never stands in its place. */
    void discardDirectory() {
        try {
            Files.move(directory(), discardedDirectory(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        deleteTree(discardedDirectory());
    }

    static void deleteTreeIfThere(Path folder) {
        if (Files.exists(folder)) {
            deleteTree(folder);
        }
    }

    static void deleteTree(Path folder) {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
