package dev.hayloft.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two folders of a log and the names in them: {@code log/}, which belongs to Chronicle and holds what this process
 * appends to, and {@code volumes/}, where a volume goes once it is sealed or cut.
 */
final class Folders {
    /** Chronicle names a file by its day; volume 0 is 1970-01-01, the modified Julian day 40587. */
    private static final int FIRST_DAY = 40_587;

    private static final Pattern OPEN_NAME = Pattern.compile("v(\\d{10})\\.cq4");
    private static final Pattern SEALED_NAME = Pattern.compile("(\\d{10})\\.volume");

    /** Chronicle's list of its own files; a process that died may be named as the holder of the locks in it. */
    private static final String TABLE_NAME = "metadata.cq4t";

    private final Path partition;
    private final Path log;
    private final Path volumes;

    Folders(Path partition) {
        this.partition = partition;
        this.log = partition.resolve("log");
        this.volumes = partition.resolve("volumes");
    }

    void create() throws IOException {
        boolean isNew = !Files.isDirectory(log) || !Files.isDirectory(volumes);
        Files.createDirectories(log);
        Files.createDirectories(volumes);
        if (isNew) {
            force(partition);
        }
    }

    Path log() {
        return log;
    }

    Path openPath(int volume) {
        return log.resolve("v%010d.cq4".formatted(volume + FIRST_DAY));
    }

    Path sealedPath(int volume) {
        return volumes.resolve("%010d.volume".formatted(volume));
    }

    /** Files in {@code log/} by volume. */
    TreeMap<Integer, Path> listOpen() throws IOException {
        return list(log, OPEN_NAME, FIRST_DAY);
    }

    /** Files in {@code volumes/} by volume. */
    TreeMap<Integer, Path> listSealed() throws IOException {
        return list(volumes, SEALED_NAME, 0);
    }

    /** Makes a move from {@code log/} to {@code volumes/} durable. */
    void forceMove() throws IOException {
        force(volumes);
        force(log);
    }

    /** Removes a file; durable at return. */
    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
        force(file.startsWith(log) ? log : volumes);
    }

    /** Removes what Chronicle keeps beside its files: it is made again, without the locks of a process that died. */
    void sweep() throws IOException {
        Files.deleteIfExists(log.resolve(TABLE_NAME));
        try (DirectoryStream<Path> discarded = Files.newDirectoryStream(log, "*.discard")) {
            for (Path file : discarded) {
                Files.delete(file);
            }
        }
    }

    void forceLog() throws IOException {
        force(log);
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static TreeMap<Integer, Path> list(Path folder, Pattern names, int first) throws IOException {
        TreeMap<Integer, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                volumeOf(file, names, first).ifPresent(volume -> found.put(volume, file));
            }
        }
        return found;
    }

    private static OptionalInt volumeOf(Path file, Pattern names, int first) {
        Matcher matcher = names.matcher(file.getFileName().toString());
        if (!matcher.matches()) {
            return OptionalInt.empty();
        }
        long volume = Long.parseLong(matcher.group(1)) - first;
        return volume < 0 || volume > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) volume);
    }
}
