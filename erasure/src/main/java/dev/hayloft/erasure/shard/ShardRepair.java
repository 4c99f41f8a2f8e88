package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Makes the wrong blocks of a set's shards again, those that can be: in place within a volume's own file, into a new
 * file that takes the old one's place for a shard's. A crash at any moment leaves what can be repaired anew: a block is
 * only ever replaced by its right bytes. Where too much is lost to make it again it stays as it was read; a file of
 * which such a block could not be read stays whole, since it may be read another time.
 *
 * <p>A shard that cannot be written is left out, and the others are made.
 *
 * <p><i>Threads:</i> any, one at a time for a set.
 */
public final class ShardRepair {
    private final ShardSet set;
    private final ShardLayout layout;
    private final BlockTable table;
    private final ReedSolomon codec;
    private final ShardWatcher watcher;
    private final List<RepairedFile> files = new ArrayList<>();
    private final List<Lost> lost = new ArrayList<>();
    private final List<Unwritten> unwritten = new ArrayList<>();
    private boolean isOwnWritable = true;

    private ShardRepair(ShardSet set, BlockTable table, ShardWatcher watcher) {
        this.set = set;
        this.layout = set.layout();
        this.table = table;
        this.codec = ReedSolomon.of(layout.matrix());
        this.watcher = watcher;
    }

    /** Bytes of the volume's file that are lost for good. */
    public record Lost(long fromOffset, long toOffset) {}

    /** A shard that could not be written, and why; its file is as it was. */
    public record Unwritten(ShardSet.Place place, String reason) {}

    /**
     * What became of it.
     *
     * @param lost what could not be made again
     * @param unwritten shards that could be made and not be written
     */
    public record Result(List<Lost> lost, List<Unwritten> unwritten) {
        public Result {
            lost = List.copyOf(lost);
            unwritten = List.copyOf(unwritten);
        }
    }

    /**
     * Repairs what can be; durable at return. Nothing half-written stays, also after an exception of the watcher's.
     *
     * @param table of {@link ShardSet#table}
     * @param damaged the shards with any damage that are to be made
     */
    public static Result repair(ShardSet set, BlockTable table, BitSet damaged, ShardWatcher watcher)
            throws IOException {
        return new ShardRepair(set, table, watcher).run(damaged);
    }

    private Result run(BitSet damaged) throws IOException {
        BitSet inOwn = new BitSet();
        try (OwnFile own = new OwnFile(set.places().get(0).path())) {
            int count = (int) damaged.stream().filter(set::hasFile).count();
            for (int shard : damaged.stream().toArray()) {
                if (set.hasFile(shard)) {
                    begin(set.places().get(shard), count);
                } else {
                    inOwn.set(shard);
                }
            }
            int blocks = Math.toIntExact((layout.columnBytes() + ShardLayout.BLOCK_SIZE - 1) / ShardLayout.BLOCK_SIZE);
            for (int block = 0; block < blocks; block++) {
                column(block, inOwn, own);
            }
            finish(own);
            for (RepairedFile file : List.copyOf(files)) {
                tryWith(file, () -> file.replace(table));
            }
        } finally {
            files.forEach(RepairedFile::close);
        }
        set.reopen();
        return new Result(lost, unwritten);
    }

    private void begin(ShardSet.Place place, int count) {
        try {
            files.add(new RepairedFile(place, layout, count));
        } catch (IOException failed) {
            unwritten.add(new Unwritten(place, String.valueOf(failed)));
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    /** One file that cannot be written must not keep the others from it. */
    private void tryWith(RepairedFile file, Work work) {
        try {
            work.run();
        } catch (IOException failed) {
            files.remove(file);
            file.close();
            unwritten.add(new Unwritten(file.place(), String.valueOf(failed)));
        }
    }

    private void column(int block, BitSet inOwn, OwnFile own) {
        BlockColumn column = BlockColumn.load(set, table, block);
        BitSet wrong = column.wrong();
        boolean made = wrong.isEmpty() || column.make(codec, wrong, table);
        for (RepairedFile file : List.copyOf(files)) {
            boolean isRight = made || !wrong.get(file.place().shard());
            tryWith(file, () -> file.add(column, block, isRight));
        }
        for (int shard : wrong.stream().toArray()) {
            int size = BlockColumn.size(layout, shard, block);
            if (size == 0 || layout.isParity(shard)) {
                continue;
            }
            long at = layout.start(shard) + (long) block * ShardLayout.BLOCK_SIZE;
            if (!made) {
                lost.add(new Lost(at, at + size));
            } else if (inOwn.get(shard) && isOwnWritable) {
                write(own, at, ByteBuffer.wrap(column.bytes(shard), 0, size));
            }
        }
        watcher.advance((long) layout.shards() * ShardLayout.BLOCK_SIZE);
    }

    private void write(OwnFile own, long at, ByteBuffer bytes) {
        try {
            own.write(at, bytes);
        } catch (IOException failed) {
            ownFailed(failed);
        }
    }

    private void finish(OwnFile own) {
        try {
            own.finish();
        } catch (IOException failed) {
            ownFailed(failed);
        }
    }

    private void ownFailed(IOException failed) {
        isOwnWritable = false;
        unwritten.add(new Unwritten(set.places().get(0), String.valueOf(failed)));
    }
}
