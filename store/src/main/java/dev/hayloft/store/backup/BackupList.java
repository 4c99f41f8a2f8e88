package dev.hayloft.store.backup;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.CheckedText;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * What stands in a backup: the file {@code BACKUP}. It is written last; what it does not name is no part of the backup.
 *
 * <p><i>Format:</i> text lines {@code format 2}, {@code storeId UUID}, {@code incarnation UUID}, {@code createdAt
 * MILLIS}, {@code file BYTES CRC32C PATH} for each file, {@code damaged PATH} for each volume that could not be copied
 * as it was written, whether it is among the files or left out, and last {@code crc32c HEX} of all lines before it. A
 * path may end with {@value #BESIDE}, which it loses in a data folder; none does in format 1, which is read too.
 *
 * @param storeId of the store that was copied
 * @param incarnation of it
 * @param createdAtMillis when the cut was made
 * @param files by their path in the backup, with slashes
 * @param damaged paths of volumes that are not as they were written, or not there
 */
record BackupList(
        UUID storeId,
        UUID incarnation,
        long createdAtMillis,
        SortedMap<String, Entry> files,
        SortedSet<String> damaged) {
    static final String NAME = "BACKUP";

    /** What a file's name ends with where the list before names another file at its path. */
    static final String BESIDE = ".2";

    private static final int FORMAT = 2;

    /** One file. */
    record Entry(long bytes, int crc) {}

    BackupList {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        damaged = Collections.unmodifiableSortedSet(new TreeSet<>(damaged));
    }

    /** The path in a data folder of a file that a list names. */
    static String path(String name) {
        return name.endsWith(BESIDE) ? name.substring(0, name.length() - BESIDE.length()) : name;
    }

    void write(Path folder) {
        StringBuilder text = new StringBuilder("format " + FORMAT + "\n");
        text.append("storeId ").append(storeId).append('\n');
        text.append("incarnation ").append(incarnation).append('\n');
        text.append("createdAt ").append(createdAtMillis).append('\n');
        files.forEach((path, entry) -> text.append("file ")
                .append(entry.bytes())
                .append(' ')
                .append(Integer.toHexString(entry.crc()))
                .append(' ')
                .append(path)
                .append('\n'));
        damaged.forEach(path -> text.append("damaged ").append(path).append('\n'));
        SmallFiles.writeSecret(folder.resolve(NAME), CheckedText.of(text));
    }

    /**
     * The list of a backup; empty where there is none.
     *
     * @throws CorruptionException when it is damaged, of a newer Hayloft, or names a file outside of the folder
     */
    static Optional<BackupList> read(Path folder) {
        Path file = folder.resolve(NAME);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            String all = Files.readString(file, StandardCharsets.UTF_8);
            return Optional.of(parse(file, CheckedText.lines(all).orElseThrow(() -> damaged(file))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw damaged(file);
        }
    }

    private static BackupList parse(Path file, String lines) {
        SortedMap<String, Entry> files = new TreeMap<>();
        SortedSet<String> damaged = new TreeSet<>();
        SortedMap<String, String> head = new TreeMap<>();
        for (String line : lines.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (words.length == 4 && words[0].equals("file")) {
                checkInside(file, words[3]);
                files.put(words[3], new Entry(Long.parseLong(words[1]), Integer.parseUnsignedInt(words[2], 16)));
            } else if (words.length == 2 && words[0].equals("damaged")) {
                damaged.add(words[1]);
            } else if (words.length == 2) {
                head.put(words[0], words[1]);
            }
        }
        int format = Integer.parseInt(head.getOrDefault("format", "0"));
        if (format < 1 || format > FORMAT) {
            throw new CorruptionException("The backup is of another format; use the Hayloft that made it.")
                    .with("file", file)
                    .with("format", format);
        }
        return new BackupList(
                UUID.fromString(head.getOrDefault("storeId", "")),
                UUID.fromString(head.getOrDefault("incarnation", "")),
                Long.parseLong(head.getOrDefault("createdAt", "")),
                files,
                damaged);
    }

    /** A list may come from anywhere: nothing is read or written by it outside of the folder. */
    private static void checkInside(Path file, String name) {
        Path path = Path.of(name);
        if (path.isAbsolute() || path.startsWith("..") || !path.equals(path.normalize())) {
            throw new CorruptionException("The list of the backup names a file outside of a backup.")
                    .with("file", file)
                    .with("name", name);
        }
    }

    private static CorruptionException damaged(Path file) {
        return new CorruptionException("The list of the backup is damaged.").with("file", file);
    }
}
