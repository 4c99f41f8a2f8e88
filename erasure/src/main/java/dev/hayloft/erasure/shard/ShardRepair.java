package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes the wrong blocks of a set's shards again, those that can be: in place within a volume's own file, into a new
 * file that takes the old one's place for a shard's. A crash at any moment leaves what can be repaired anew: a block is
 * only ever replaced by its right bytes.
 *
 * <p><i>Threads:</i> any, one at a time for a set.
 */
public final class ShardRepair {
    private static final String SUFFIX = ".tmp";

    private final ShardSet set;
    private final ShardLayout layout;
    private final BlockTable table;
    private final ReedSolomon codec;
    private final ShardWatcher watcher;
    private final Map<Integer, ShardFileWriter> writers = new TreeMap<>();
    private final List<Lost> lost = new ArrayList<>();

    private ShardRepair(ShardSet set, BlockTable table, ShardWatcher watcher) {
        this.set = set;
        this.layout = set.layout();
        this.table = table;
        this.codec = ReedSolomon.of(layout.matrix());
        this.watcher = watcher;
    }

    /** Bytes of the volume's file that are lost for good. */
    public record Lost(long fromOffset, long toOffset) {}

    /**
     * Repairs what can be; durable at return.
     *
     * @param table of {@link ShardSet#table}
     * @param damaged the shards with any damage
     * @return what stays lost
     */
    public static List<Lost> repair(ShardSet set, BlockTable table, BitSet damaged, ShardWatcher watcher)
            throws IOException {
        return new ShardRepair(set, table, watcher).run(damaged);
    }

    private List<Lost> run(BitSet damaged) throws IOException {
        BitSet inFiles = new BitSet();
        damaged.stream().filter(set::hasFile).forEach(inFiles::set);
        BitSet inOwn = (BitSet) damaged.clone();
        inOwn.andNot(inFiles);
        try (OwnFile own = new OwnFile(set.places().get(0).path())) {
            for (int shard : inFiles.stream().toArray()) {
                Path path = set.places().get(shard).path();
                Files.createDirectories(
                        path.toAbsolutePath().resolveSibling(".").normalize());
                writers.put(
                        shard, new ShardFileWriter(beside(path), layout, shard, inFiles.cardinality(), Runnable::run));
            }
            int blocks = Math.toIntExact((layout.columnBytes() + ShardLayout.BLOCK_SIZE - 1) / ShardLayout.BLOCK_SIZE);
            for (int block = 0; block < blocks; block++) {
                column(block, inOwn, own);
            }
            for (ShardFileWriter writer : writers.values()) {
                writer.finish(table);
            }
            own.finish();
        } finally {
            for (ShardFileWriter writer : writers.values()) {
                writer.close();
            }
        }
        for (int shard : writers.keySet()) {
            Path path = set.places().get(shard).path();
            Files.move(beside(path), path, StandardCopyOption.ATOMIC_MOVE);
            forceFolder(path);
        }
        set.reopen();
        return List.copyOf(lost);
    }

    private void column(int block, BitSet inOwn, OwnFile own) throws IOException {
        BlockColumn column = BlockColumn.load(set, table, block);
        BitSet wrong = column.wrong();
        boolean made = wrong.isEmpty() || column.make(codec, wrong, table);
        for (Map.Entry<Integer, ShardFileWriter> writer : writers.entrySet()) {
            writer.getValue().content(column.bytes(writer.getKey()), ShardLayout.BLOCK_SIZE);
        }
        for (int shard : wrong.stream().toArray()) {
            int size = BlockColumn.size(layout, shard, block);
            if (size == 0 || layout.isParity(shard)) {
                continue;
            }
            long at = layout.start(shard) + (long) block * ShardLayout.BLOCK_SIZE;
            if (!made) {
                lost.add(new Lost(at, at + size));
            } else if (inOwn.get(shard)) {
                own.write(at, ByteBuffer.wrap(column.bytes(shard), 0, size));
            }
        }
        watcher.advance((long) layout.shards() * ShardLayout.BLOCK_SIZE);
    }

    private static Path beside(Path path) {
        return path.resolveSibling(path.getFileName() + SUFFIX);
    }

    private static void forceFolder(Path file) throws IOException {
        try (FileChannel folder =
                FileChannel.open(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
