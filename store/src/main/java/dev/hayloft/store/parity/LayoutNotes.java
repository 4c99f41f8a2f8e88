package dev.hayloft.store.parity;

import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The layouts of volumes whose data shards stay in their own file, each in a small file of its own in the folder
 * {@code encoded} of a partition. Should all files with parity of such a volume go, these say that it had some.
 *
 * <p><i>Format:</i> {@code VOLUME.layout}, ten digits: the header of the first parity shard.
 *
 * <p><i>Durability:</i> at return, as far as the disk takes it: what cannot be written is logged and no more, and
 * written by the next start.
 *
 * <p><i>Threads:</i> any, one at a time for a volume.
 */
final class LayoutNotes {
    private static final Logger LOG = System.getLogger(LayoutNotes.class.getName());
    private static final String ENDING = ".layout";

    private final Path folder;

    private LayoutNotes(Path folder) {
        this.folder = folder;
    }

    /** In this folder, which is made when there is something to note. */
    static LayoutNotes in(Path folder) {
        return new LayoutNotes(folder);
    }

    /** All that can be read, by volume; what is damaged says nothing. */
    TreeMap<Integer, ShardLayout> read() {
        TreeMap<Integer, ShardLayout> layouts = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return layouts;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                read(file).filter(layout -> file(layout.volume()).equals(file)).ifPresent(layout -> {
                    layouts.put(layout.volume(), layout);
                });
            }
        } catch (DirectoryIteratorException | IOException unreadable) { // Shards that are there tell by themselves.
            LOG.log(Level.WARNING, "The notes of encoded volumes cannot be read: " + folder, unreadable);
        }
        return layouts;
    }

    private static Optional<ShardLayout> read(Path file) {
        try {
            return Optional.of(ShardLayout.parse(ByteBuffer.wrap(Files.readAllBytes(file))));
        } catch (IOException | CorruptionException unusable) {
            LOG.log(Level.WARNING, "The note of an encoded volume cannot be read: " + file, unusable);
            return Optional.empty();
        }
    }

    /** A volume has shards of this layout. */
    void note(ShardLayout layout) {
        try {
            Files.createDirectories(folder);
            SmallFiles.write(file(layout.volume()), layout.bytes());
        } catch (IOException | UncheckedIOException failed) {
            LOG.log(Level.WARNING, "That volume " + layout.volume() + " is encoded could not be noted.", failed);
        }
    }

    /** A volume goes, or has no shards any more. */
    void forget(int volume) {
        try {
            SmallFiles.delete(file(volume));
        } catch (UncheckedIOException undeletable) {
            LOG.log(Level.WARNING, "The note of an encoded volume cannot be deleted.", undeletable);
        }
    }

    private Path file(int volume) {
        return folder.resolve("%010d%s".formatted(volume, ENDING));
    }
}
