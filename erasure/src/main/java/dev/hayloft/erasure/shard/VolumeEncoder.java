package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the shard files of a volume from its file, in columns of a few hundred KiB: memory does not grow with the
 * volume.
 *
 * <p><i>Threads:</i> any, each call on its own.
 */
public final class VolumeEncoder {
    /** Bytes of each shard that are in memory. */
    static final int STEP = 256 << 10;

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
        Map<Integer, ShardFileWriter> writers = new TreeMap<>();
        try (SharedFile file = new SharedFile(source)) {
            for (Map.Entry<Integer, Path> target : targets.entrySet()) {
                writers.put(target.getKey(), new ShardFileWriter(target.getValue(), layout, target.getKey()));
            }
            ReedSolomon codec = ReedSolomon.of(layout.matrix());
            byte[][] columns = new byte[layout.shards()][STEP];
            for (long at = 0; at < layout.columnBytes(); at += STEP) {
                int step = (int) Math.min(STEP, layout.columnBytes() - at);
                for (int shard = 0; shard < layout.dataShards(); shard++) {
                    load(layout, shard, file, at, columns[shard], step);
                }
                codec.encode(columns, 0, step);
                for (int shard = 0; shard < layout.shards(); shard++) {
                    note(layout, table, shard, at, columns[shard], step);
                    ShardFileWriter writer = writers.get(shard);
                    if (writer != null) {
                        writer.content(columns[shard], step);
                    }
                }
                watcher.advance((long) step * layout.dataShards());
            }
            for (ShardFileWriter writer : writers.values()) {
                writer.finish(table);
            }
        } finally {
            for (ShardFileWriter writer : writers.values()) {
                writer.close();
            }
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

    private static void note(ShardLayout layout, BlockTable table, int shard, long at, byte[] column, int step) {
        int size = (int) Math.max(0, Math.min(step, layout.length(shard) - at));
        for (int from = 0; from < size; from += ShardLayout.BLOCK_SIZE) {
            int length = Math.min(ShardLayout.BLOCK_SIZE, size - from);
            table.set(shard, (int) ((at + from) / ShardLayout.BLOCK_SIZE), BlockTable.crc(column, from, length));
        }
    }

    /** Reads a file that was just written, from its first byte to its last. */
    static void verify(ShardLayout layout, int shard, Path path, ShardWatcher watcher) throws IOException {
        ShardFile written = ShardFile.open(path);
        BlockTable table = written.table();
        byte[] block = new byte[ShardLayout.BLOCK_SIZE];
        try (SharedFile file = new SharedFile(path)) {
            for (int i = 0; i < layout.blocks(shard); i++) {
                long at = (long) i * ShardLayout.BLOCK_SIZE;
                int length = (int) Math.min(block.length, layout.length(shard) - at);
                boolean isRight = file.read(written.contentOffset() + at, block, 0, length) == length
                        && table.isRight(shard, i, block, 0, length);
                if (!isRight) {
                    throw new CorruptionException("A shard's file does not hold what was just written.")
                            .with("file", path)
                            .with("offset", written.contentOffset() + at);
                }
                watcher.advance(length);
            }
        }
    }
}
