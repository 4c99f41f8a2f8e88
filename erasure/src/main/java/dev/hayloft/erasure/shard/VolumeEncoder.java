package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;

/**
 * Makes the shard files of a volume from its file, in columns of a few hundred KiB: memory does not grow with the
 * volume. Reading and computing, writing, and bringing it to the disk go on side by side.
 *
 * <p><i>Threads:</i> any, each call on its own, with two more that end with it; the watcher is told on the caller's.
 */
public final class VolumeEncoder {
    private static final int STEP_MAX = 256 << 10;
    private static final int COLUMN_BYTES = 4 << 20;
    private static final int VERIFIED_BYTES = 4 * ShardLayout.BLOCK_SIZE;

    private VolumeEncoder() {}

    /**
     * Writes shard files, and reads them back against their checksums.
     *
     * @param source the volume's file; nobody changes it meanwhile
     * @param targets a path for each shard that gets a file: all parity shards, and data shards unless they stay in
     *     place. What stands there is replaced, half-written files stay after an exception
     * @throws CorruptionException when what is read back is not what was written
     */
    public static void encode(ShardLayout layout, Path source, Map<Integer, Path> targets, ShardWatcher watcher)
            throws IOException {
        BlockTable table = new BlockTable(layout);
        int stepMax = step(layout);
        try (SharedFile file = new SharedFile(source);
                ColumnWriting writing = new ColumnWriting(layout, targets, table, stepMax)) {
            ReedSolomon codec = ReedSolomon.of(layout.matrix());
            for (long at = 0; at < layout.columnBytes(); at += stepMax) {
                int step = (int) Math.min(stepMax, layout.columnBytes() - at);
                byte[][] columns = writing.take();
                for (int shard = 0; shard < layout.dataShards(); shard++) {
                    load(layout, shard, file, at, columns[shard], step);
                    table.note(layout, shard, at, columns[shard], step);
                }
                codec.encode(columns, 0, step);
                writing.write(at, step);
                watcher.advance((long) step * layout.dataShards());
            }
            writing.finish();
        }
        for (Map.Entry<Integer, Path> target : targets.entrySet()) {
            verify(layout, target.getKey(), target.getValue(), watcher);
        }
    }

    private static void load(ShardLayout layout, int shard, SharedFile file, long at, byte[] column, int step)
            throws IOException {
        int size = (int) Math.max(0, Math.min(step, layout.length(shard) - at));
        if (size > 0 && file.read(layout.start(shard) + at, column, 0, size) < size) {
            throw new CorruptionException("A volume's file is shorter than it was.").with("volume", layout.volume());
        }
        Arrays.fill(column, size, step, (byte) 0);
    }

    /** Bytes of each shard that are in memory, twice: a few MiB in all, and whole blocks. */
    private static int step(ShardLayout layout) {
        int fitting = COLUMN_BYTES / layout.shards() / ShardLayout.BLOCK_SIZE * ShardLayout.BLOCK_SIZE;
        return Math.max(ShardLayout.BLOCK_SIZE, Math.min(STEP_MAX, fitting));
    }

    /** Reads a file that was just written, from its first byte to its last. */
    static void verify(ShardLayout layout, int shard, Path path, ShardWatcher watcher) throws IOException {
        ShardFile written = ShardFile.open(path);
        BlockTable table = written.table();
        ByteBuffer bytes = ByteBuffer.allocateDirect(VERIFIED_BYTES);
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            for (long at = 0; at < layout.length(shard); at += VERIFIED_BYTES) {
                int length = (int) Math.min(VERIFIED_BYTES, layout.length(shard) - at);
                bytes.clear().limit(length);
                long from = written.contentOffset() + at;
                while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
                    // Once more.
                }
                if (bytes.hasRemaining() || !isRight(table, shard, at, bytes.flip())) {
                    throw new CorruptionException("A shard's file does not hold what was just written.")
                            .with("file", path)
                            .with("offset", from);
                }
                watcher.advance(length);
            }
        }
    }

    private static boolean isRight(BlockTable table, int shard, long at, ByteBuffer bytes) {
        int end = bytes.limit();
        for (int from = 0; from < end; from += ShardLayout.BLOCK_SIZE) {
            bytes.limit(Math.min(end, from + ShardLayout.BLOCK_SIZE)).position(from);
            if (!table.isRight(shard, (int) ((at + from) / ShardLayout.BLOCK_SIZE), bytes)) {
                return false;
            }
        }
        return true;
    }
}
