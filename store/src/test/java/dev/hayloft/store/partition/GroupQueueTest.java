package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.KeyHash;
import dev.hayloft.model.Durability;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupQueueTest {
    private static final BucketGate GATE = new BucketGate(7);

    private final GroupQueue queue = new GroupQueue();

    /** A group of so many writes. */
    private static List<Pending> writes(int count) {
        Mutation delete = new Mutation.Delete(GATE, new KeyHash(1, 2), ByteBuffer.allocate(1), -1, Durability.DISK);
        return Collections.nCopies(count, new Pending(delete));
    }

    private static List<Integer> sizes(List<GroupQueue.Group> groups) {
        return groups.stream().map(group -> group.pendings().size()).toList();
    }

    private boolean takeAll(List<Integer> seen) {
        boolean last = false;
        try {
            for (GroupQueue.Group group : queue.take()) {
                if (!group.last()) {
                    seen.add(group.pendings().size());
                }
                last |= queue.done(group);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return last;
    }

    @Test
    void take_withFewerWritesThanLastTime_endsWithoutThem() throws InterruptedException {
        queue.put(writes(5), true);
        assertThat(sizes(queue.take())).containsExactly(5);
        queue.put(writes(1), true);
        assertThat(sizes(queue.take())).containsExactly(1); // Four do not come back.
    }

    @Test
    void take_withTheLastGroupThere_takesIt() throws InterruptedException {
        queue.put(writes(5), true);
        queue.take();
        queue.put(writes(1), true);
        queue.putLast();
        List<GroupQueue.Group> taken = queue.take();
        assertThat(taken.get(taken.size() - 1).last()).isTrue();
    }

    @Test
    void isEmpty_untilEveryGroupIsDone_isFalse() throws InterruptedException {
        queue.put(writes(2), false);
        assertThat(queue.isEmpty()).isFalse();
        List<GroupQueue.Group> taken = queue.take();
        assertThat(queue.isEmpty()).isFalse();
        assertThat(queue.done(taken.get(0))).isFalse();
        assertThat(queue.isEmpty()).isTrue();
    }

    /** More than the queue holds, of all sizes: nothing is lost, nothing overtakes, nobody waits for ever. */
    @Test
    void take_besidePut_takesEveryGroupInOrder() throws Exception {
        List<Integer> expected =
                IntStream.range(0, 500).mapToObj(i -> 1 + i * 7 % 11).toList();
        ExecutorService flusher = Executors.newSingleThreadExecutor();
        try {
            CompletableFuture<List<Integer>> seen = CompletableFuture.supplyAsync(
                    () -> {
                        List<Integer> all = new ArrayList<>();
                        while (!takeAll(all)) {
                            Thread.onSpinWait();
                        }
                        return all;
                    },
                    flusher);
            for (int size : expected) {
                queue.put(writes(size), size % 3 != 0);
            }
            queue.putLast();
            assertThat(seen.get(50, TimeUnit.SECONDS)).isEqualTo(expected);
            assertThat(queue.isEmpty()).isTrue();
        } finally {
            flusher.shutdownNow();
        }
    }
}
