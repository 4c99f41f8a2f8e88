package dev.hayloft.api.data;

import dev.hayloft.store.ObjectStore;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buffers of one extent outside the heap, used again. Keeps a few; how many are out is bounded by the byte budget.
 *
 * <p><i>Threads:</i> any.
 */
final class ExtentPool {
    private static final int KEPT_MAX = 32;

    private final ConcurrentLinkedQueue<ByteBuffer> kept = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    ByteBuffer acquire() {
        @Nullable ByteBuffer buffer = kept.poll();
        if (buffer == null) {
            return ByteBuffer.allocateDirect(ObjectStore.EXTENT_SIZE);
        }
        count.decrementAndGet();
        return buffer.clear();
    }

    void release(ByteBuffer buffer) {
        if (count.get() < KEPT_MAX) {
            count.incrementAndGet();
            kept.add(buffer);
        }
    }
}
