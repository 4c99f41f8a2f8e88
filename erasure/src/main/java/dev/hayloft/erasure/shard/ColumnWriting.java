package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.ReedSolomon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Makes the parity of columns on a thread of its own while the next ones are read, writes them to the files of their
 * shards on one for each folder, and brings what is written to the disk and reads it back on another, while more is
 * written: so the end waits for little.
 *
 * <p><i>Threads:</i> one owner; its threads end with {@link #close}.
 */
final class ColumnWriting implements AutoCloseable {
    private static final int SETS = 2;
    private static final long FORCED_BYTES = 8L << 20;

    private final ShardLayout layout;
    private final ReedSolomon codec;
    private final BlockTable table;
    private final byte[][][] sets;
    private final List<Future<?>> underWay = new ArrayList<>();
    private final Map<Integer, ShardFileWriter> writers = new TreeMap<>();
    private final Map<Integer, Future<?>> forces = new TreeMap<>(); // Of the writing thread, then of the owner.
    private final ExecutorService writing = thread("hayloft-shard-writer");
    private final Map<Path, ExecutorService> disks = new HashMap<>(); // By folder: each may be a disk of its own.
    private final ExecutorService forcing = thread("hayloft-shard-forcer");
    private int next;

    /**
     * Files for some of the shards.
     *
     * @param table gets the checksums of parity
     * @param step bytes of each shard in one column
     */
    ColumnWriting(ShardLayout layout, Map<Integer, Path> targets, BlockTable table, int step) throws IOException {
        this.layout = layout;
        this.codec = ReedSolomon.of(layout.matrix());
        this.table = table;
        this.sets = new byte[SETS][layout.shards()][step];
        boolean isDone = false;
        try {
            for (Map.Entry<Integer, Path> target : targets.entrySet()) {
                writers.put(target.getKey(), writer(target.getKey(), target.getValue(), targets.size()));
            }
            isDone = true;
        } finally {
            if (!isDone) {
                close();
            }
        }
    }

    private ShardFileWriter writer(int shard, Path path, int files) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        ExecutorService disk = disks.computeIfAbsent(folder, unused -> thread("hayloft-shard-disk"));
        return new ShardFileWriter(path, layout, shard, files, disk);
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Arrays, one for each shard, of which those of data are to be filled; waits until those that were written last but
     * one are free.
     */
    byte[][] take() throws IOException {
        if (underWay.size() == SETS) {
            await(underWay.remove(0));
        }
        next = (next + 1) % SETS;
        return sets[next];
    }

    /** Makes parity of what {@link #take} gave last, and writes it. */
    void write(long at, int step) {
        byte[][] columns = sets[next];
        underWay.add(writing.submit(call(() -> writeNow(columns, at, step))));
    }

    private void writeNow(byte[][] columns, long at, int step) throws IOException {
        codec.encode(columns, 0, step);
        for (int shard = layout.dataShards(); shard < layout.shards(); shard++) {
            table.note(layout, shard, at, columns[shard], step);
        }
        for (Map.Entry<Integer, ShardFileWriter> entry : writers.entrySet()) {
            ShardFileWriter writer = entry.getValue();
            writer.content(columns[entry.getKey()], step);
            Future<?> force = forces.get(entry.getKey());
            if (writer.unforcedBytes() >= FORCED_BYTES && (force == null || force.isDone())) {
                if (force != null) {
                    await(force); // A force that failed is not asked again: it might say yes.
                }
                long end = writer.forcing();
                forces.put(entry.getKey(), forcing.submit(call(() -> writer.force(end, table))));
            }
        }
    }

    /** Ends the files; they are durable and were read back at return. */
    void finish() throws IOException {
        while (!underWay.isEmpty()) {
            await(underWay.remove(0));
        }
        for (Future<?> force : forces.values()) {
            await(force);
        }
        for (ShardFileWriter writer : writers.values()) {
            writer.finish(table);
            writer.check(table);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Callable<Boolean> call(Work work) {
        return () -> {
            work.run();
            return true;
        };
    }

    private static void await(Future<?> work) throws IOException {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    work.get();
                    return;
                } catch (InterruptedException e) {
                    wasInterrupted = true; // The arrays and files are in use.
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException wrong) {
                        throw wrong;
                    }
                    throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void end(ExecutorService thread) {
        thread.shutdown();
        boolean wasInterrupted = false;
        boolean isEnded = false;
        while (!isEnded) {
            try {
                isEnded = thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                wasInterrupted = true;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for what is under way, and closes the files as they are. */
    @Override
    public void close() throws IOException {
        end(writing);
        end(forcing);
        disks.values().forEach(ColumnWriting::end);
        IOException first = null;
        for (ShardFileWriter writer : writers.values()) {
            try {
                writer.close();
            } catch (IOException failed) {
                first = first == null ? failed : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
