package dev.hayloft.index;

import dev.hayloft.index.map.MapFile;
import dev.hayloft.index.map.MapPart;
import dev.hayloft.index.map.MapTable;
import dev.hayloft.index.map.MapTableFormat;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of one index: {@value #STATE_FILE} and a map file per part.
 *
 * <p><i>Threads:</i> the one that opens the index, then its splitter alone.
 */
final class IndexFolder {
    static final String STATE_FILE = "state";

    /** There while maps are being recovered and the log is replayed over them: who finds it must not trust them. */
    static final String RECOVERING_FILE = "recovering";

    /** On disk, at the lowest load; see {@link MapFile}. */
    private static final long ENTRY_BYTES_MAX = 128;

    private static final long SPARE_BYTES = 16L << 20;

    private final Path folder;
    private int nextId;

    private IndexFolder(Path folder, int nextId) {
        this.folder = folder;
        this.nextId = nextId;
    }

    /** Empties the folder, or makes it. */
    static IndexFolder create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("index folder cannot be made: " + folder, e);
        }
        // The state goes first: without it, what is left of the rest is never trusted.
        delete(folder.resolve(STATE_FILE));
        deleteAllBut(folder, Set.of());
        return new IndexFolder(folder, 0);
    }

    /** The folder as its state file says; other files, of a split that was cut short, are deleted. */
    static Existing open(Path folder) {
        Path file = folder.resolve(STATE_FILE);
        if (!Files.isRegularFile(file)) {
            throw new CorruptionException("the index state file is missing").with("file", file);
        }
        if (Files.exists(folder.resolve(RECOVERING_FILE))) {
            throw new CorruptionException("the last recovery of the index was cut short").with("folder", folder);
        }
        MapTableFormat.State state;
        try {
            state = MapTableFormat.decode(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (IOException e) {
            throw new UncheckedIOException("index state file cannot be read: " + file, e);
        }
        IndexFolder opened = new IndexFolder(folder, state.nextId());
        Set<Path> known = new HashSet<>();
        known.add(file);
        state.entries().forEach(entry -> known.add(opened.file(entry.id())));
        deleteAllBut(folder, known);
        return new Existing(opened, state.entries());
    }

    /** A folder and what its state file says. */
    record Existing(IndexFolder folder, List<MapTableFormat.Entry> entries) {
        Existing {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The maps are about to be recovered. A process that dies amid that leaves maps that lack an entry each: Chronicle
     * takes every slot out and puts it in again. One that dies amid the replay leaves entries that the next replay does
     * not come by. Not forced: after anything worse than that no map is trusted anyway.
     */
    void beginRecovery() {
        try {
            Files.createFile(folder.resolve(RECOVERING_FILE));
        } catch (IOException e) {
            throw new UncheckedIOException("index recovery cannot be noted in " + folder, e);
        }
    }

    /** All of them were recovered, and say what the log says. */
    void endRecovery() {
        delete(folder.resolve(RECOVERING_FILE));
    }

    /** A new table under an id that no file had. */
    MapPart createPart(int depth, int prefix, long capacity) {
        int id = nextId++;
        return new MapPart(id, depth, prefix, MapFile.create(file(id), capacity));
    }

    MapPart openPart(MapTableFormat.Entry entry, boolean recover) {
        Path file = file(entry.id());
        MapFile map = recover ? MapFile.recover(file, entry.capacity()) : MapFile.open(file, entry.capacity());
        return new MapPart(entry.id(), entry.depth(), entry.prefix(), map);
    }

    /**
     * Checks that a copy of so many entries has room: writing to a mapped file on a full disk cannot be refused.
     *
     * @throws IllegalStateException when it has not
     */
    void requireSpace(long entries) {
        try {
            if (Files.getFileStore(folder).getUsableSpace() < SPARE_BYTES + entries * ENTRY_BYTES_MAX) {
                throw new IllegalStateException("too little disk space for a larger index map");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("free space cannot be asked for " + folder, e);
        }
    }

    /** Makes it durable that these are the tables. */
    void write(MapTable table) {
        List<MapTableFormat.Entry> entries = table.parts().stream()
                .map(part -> new MapTableFormat.Entry(
                        part.id(), part.depth(), part.prefix(), part.map().capacity()))
                .toList();
        ByteBuffer bytes = MapTableFormat.encode(new MapTableFormat.State(nextId, entries));
        try {
            WholeFile.write(folder.resolve(STATE_FILE), channel -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("index state file cannot be written in " + folder, e);
        }
    }

    /** Deletes a table's file; a mapping of it lives on. */
    void delete(MapPart part) {
        delete(file(part.id()));
    }

    Path stateFile() {
        return folder.resolve(STATE_FILE);
    }

    private Path file(int id) {
        return folder.resolve("map-%05d".formatted(id));
    }

    private static void deleteAllBut(Path folder, Set<Path> known) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!known.contains(file) && Files.isRegularFile(file)) {
                    delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("index folder cannot be read: " + folder, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("index file cannot be deleted: " + file, e);
        }
    }
}
