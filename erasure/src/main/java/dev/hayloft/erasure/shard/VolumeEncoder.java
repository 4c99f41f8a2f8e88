package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Makes the shard files of a volume from its file, in columns of a few hundred KiB: memory does not grow with the
 * volume. Reading, computing and writing, and bringing it to the disk go on side by side.
 *
 * <p><i>Threads:</i> any, each call on its own, with two more that end with it; reader and watcher are told on the
 * caller's.
 */
public final class VolumeEncoder {
    private static final int STEP_MAX = 256 << 10;
    private static final int COLUMN_BYTES = 4 << 20;

    private VolumeEncoder() {}

    /** Sees the bytes of the data shards on their way, those of each shard in order, and may end the work. */
    @FunctionalInterface
    public interface Reader {
        /** The next bytes of a data shard, up to a length; never called behind the shard's end. */
        void read(int shard, byte[] bytes, int length);

        /** The source does not give its bytes: told before the exception that ends the work. */
        default void unreadable() {}
    }

    /**
     * Writes shard files; those that take the place of the volume's own file are read back against their checksums.
     *
     * @param source the volume's file; nobody changes it meanwhile
     * @param targets a path for each shard that gets a file: all parity shards, and data shards unless they stay in
     *     place. What stands there is replaced, half-written files stay after an exception
     * @param reader sees what parity is made of
     * @param watcher told of the bytes that were read, and as many for each file that is written
     * @throws CorruptionException when the source cannot be read, or what is read back is not what was written
     * @throws IOException when a target cannot be written
     */
    public static void encode(
            ShardLayout layout, Path source, Map<Integer, Path> targets, Reader reader, ShardWatcher watcher)
            throws IOException {
        try (SharedFile file = new SharedFile(source)) {
            encode(
                    layout,
                    (shard, at, column, size) -> file.read(layout.start(shard) + at, column, 0, size) == size,
                    targets,
                    reader,
                    watcher);
        }
    }

    /**
     * As {@link #encode(ShardLayout, Path, Map, Reader, ShardWatcher)}, from what the shards of a set have, in the same
     * layout: for a set of which no file says any more what is right. The reader's judgement is all there is then.
     */
    public static void encodeAgain(ShardSet set, Map<Integer, Path> targets, Reader reader, ShardWatcher watcher)
            throws IOException {
        encode(set.layout(), set::read, targets, reader, watcher);
    }

    /** Where the bytes of data shards come from; answers whether all of them are there. */
    @FunctionalInterface
    private interface Source {
        boolean read(int shard, long at, byte[] column, int size) throws IOException;
    }

    private static void encode(
            ShardLayout layout, Source source, Map<Integer, Path> targets, Reader reader, ShardWatcher watcher)
            throws IOException {
        BlockTable table = new BlockTable(layout);
        int stepMax = step(layout);
        Source told = telling(layout, source, reader);
        try (ColumnWriting writing = new ColumnWriting(layout, targets, table, stepMax)) {
            for (long at = 0; at < layout.columnBytes(); at += stepMax) {
                int step = (int) Math.min(stepMax, layout.columnBytes() - at);
                byte[][] columns = writing.take();
                for (int shard = 0; shard < layout.dataShards(); shard++) {
                    int size = load(layout, shard, told, at, columns[shard], step);
                    table.note(layout, shard, at, columns[shard], step);
                    if (size > 0) {
                        reader.read(shard, columns[shard], size);
                    }
                }
                writing.write(at, step);
                watcher.advance((long) step * (layout.dataShards() + targets.size()));
            }
            writing.finish();
        }
    }

    /** The source at fault is told apart from a target: another volume may be sound. */
    private static Source telling(ShardLayout layout, Source source, Reader reader) {
        return (shard, at, column, size) -> {
            try {
                if (source.read(shard, at, column, size)) {
                    return true;
                }
            } catch (IOException failed) {
                reader.unreadable();
                throw new CorruptionException("A volume's file cannot be read.", failed)
                        .with("volume", layout.volume())
                        .with("cause", String.valueOf(failed));
            }
            reader.unreadable();
            throw new CorruptionException("A volume's file is shorter than it was.").with("volume", layout.volume());
        };
    }

    private static int load(ShardLayout layout, int shard, Source source, long at, byte[] column, int step)
            throws IOException {
        int size = (int) Math.max(0, Math.min(step, layout.length(shard) - at));
        if (size > 0) {
            source.read(shard, at, column, size);
        }
        Arrays.fill(column, size, step, (byte) 0);
        return size;
    }

    /** Bytes of each shard that are in memory, twice: a few MiB in all, and whole blocks. */
    private static int step(ShardLayout layout) {
        int fitting = COLUMN_BYTES / layout.shards() / ShardLayout.BLOCK_SIZE * ShardLayout.BLOCK_SIZE;
        return Math.max(ShardLayout.BLOCK_SIZE, Math.min(STEP_MAX, fitting));
    }
}
