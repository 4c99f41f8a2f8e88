package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;

/**
 * The file of a shard that is being repaired, written beside the one whose place it takes. It takes it only when that
 * cannot lose anything: where blocks could not be made, the old file must have been read there, or not be there at all.
 *
 * <p><i>Threads:</i> confined to one.
 */
final class RepairedFile implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RepairedFile.class.getName());
    private static final String SUFFIX = ".tmp";

    private final ShardSet.Place place;
    private final ShardLayout layout;
    private final ShardFileWriter writer;
    private final Set<ShardSet.Reading> unmade = EnumSet.noneOf(ShardSet.Reading.class);
    private boolean hasRight;
    private boolean isClosed;

    /**
     * Makes the file, and its folder: a disk may have been exchanged.
     *
     * @param files that are written side by side
     */
    RepairedFile(ShardSet.Place place, ShardLayout layout, int files) throws IOException {
        this.place = place;
        this.layout = layout;
        Files.createDirectories(folder());
        this.writer = new ShardFileWriter(beside(), layout, place.shard(), files, Runnable::run);
    }

    ShardSet.Place place() {
        return place;
    }

    private Path beside() {
        return place.path().resolveSibling(place.path().getFileName() + SUFFIX);
    }

    private Path folder() {
        return place.path().toAbsolutePath().resolveSibling(".").normalize();
    }

    /**
     * The next block.
     *
     * @param isRight whether it is, or was made so; else it is written as it was read
     */
    void add(BlockColumn column, int block, boolean isRight) throws IOException {
        if (BlockColumn.size(layout, place.shard(), block) > 0) {
            hasRight |= isRight;
            if (!isRight) {
                unmade.add(column.reading(place.shard()));
            }
        }
        writer.content(column.bytes(place.shard()), ShardLayout.BLOCK_SIZE);
    }

    /** Takes the place of the old file, if it may; durable at return. */
    void replace(BlockTable table) throws IOException {
        if (!mayReplace()) {
            LOG.log(Level.INFO, "Too much is lost to make this shard again; it stays as it is: {0}", place.path());
            return;
        }
        writer.finish(table);
        if (mayReplace()) { // Writing takes its time, and what was gone may be back.
            Files.move(beside(), place.path(), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }

    private boolean mayReplace() {
        if (unmade.isEmpty()) {
            return true;
        }
        if (!hasRight || unmade.contains(ShardSet.Reading.FAILED)) {
            return false;
        }
        return unmade.contains(ShardSet.Reading.ABSENT) ? Files.notExists(place.path()) : isOfThisShard();
    }

    /** Whether the old file says so, or cannot say of what it is while blocks of it are right. */
    private boolean isOfThisShard() {
        try {
            ShardFile old = ShardFile.open(place.path());
            return old.shard() == place.shard() && old.layout().equals(layout);
        } catch (CorruptionException damaged) {
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Closes it; what did not take the old file's place goes. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            writer.close();
        } catch (IOException failed) {
            LOG.log(Level.DEBUG, "A shard's file could not be closed.", failed);
        }
        try {
            Files.deleteIfExists(beside());
        } catch (IOException failed) {
            LOG.log(Level.WARNING, "A half-written shard is left: " + beside(), failed);
        }
    }
}
