package dev.hayloft.bench;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryConfig;
import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryPage;
import dev.hayloft.index.DirectoryQuery;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/** The directory by itself, with half a million keys: groups of overwrites, pages, a walk; per key. */
public class DirectoryRoomBenchmark extends RoomBenchmark {
    private static final int KEYS = 500_000;
    private static final int GROUP = 1_000;
    private static final int BUCKET = 1;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final SplittableRandom random = new SplittableRandom(7);
    private List<Directory> directory = List.of();
    private long sequence;

    /** Fills the directory. */
    @Override
    void open(Path folder) throws IOException {
        Directory open = Directory.open(DirectoryConfig.defaults(folder.resolve("directory")));
        for (int from = 0; from < KEYS; from += GROUP) {
            List<DirectoryChange> changes = new ArrayList<>(GROUP);
            for (int i = 0; i < GROUP; i++) {
                changes.add(change(from + i));
            }
            apply(open, changes);
        }
        open.flush();
        directory = List.of(open);
    }

    @Override
    void close() {
        directory.forEach(Directory::close);
    }

    private DirectoryChange change(int number) {
        Sha256 digest = new Sha256(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        sequence++;
        return new DirectoryChange.Put(
                new DirectoryEntry(
                        BUCKET, key(number), sequence << 16, 100, sequence, digest, OptionalLong.empty(), NONE),
                sequence);
    }

    private void apply(Directory open, List<DirectoryChange> changes) {
        open.submit(changes, sequence, sequence);
        open.whenApplied(sequence).toCompletableFuture().join();
    }

    private static ByteBuffer key(int number) {
        return ByteBuffer.wrap(String.format("device/%010d/abc", number).getBytes(StandardCharsets.US_ASCII));
    }

    /** A thousand random keys anew, until a listing shows them. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public long overwrite() {
        List<DirectoryChange> changes = new ArrayList<>(GROUP);
        for (int i = 0; i < GROUP; i++) {
            changes.add(change(random.nextInt(KEYS)));
        }
        apply(directory.get(0), changes);
        return sequence;
    }

    /** A page of a thousand keys, from a random one on. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public DirectoryPage page() {
        ByteBuffer from = key(random.nextInt(KEYS - GROUP));
        return directory.get(0).list(new DirectoryQuery(BUCKET, NONE, Optional.empty(), from, GROUP));
    }

    /** Every key once, in order. */
    @Benchmark
    @OperationsPerInvocation(KEYS)
    public long walk() {
        long seen = 0;
        try (DirectoryCursor cursor = directory.get(0).cursor(BUCKET, NONE, NONE)) {
            while (cursor.hasNext()) {
                cursor.next();
                seen++;
            }
        }
        return seen;
    }
}
