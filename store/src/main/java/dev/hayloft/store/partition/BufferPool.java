package dev.hayloft.store.partition;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Direct buffers for reads, reused by size class: powers of two from 4 KiB to 2 MiB. Bounded: what does not fit the
 * pool is left to the garbage collector.
 *
 * <p><i>Threads:</i> any.
 */
final class BufferPool {
    private static final int SIZE_MIN = 4 << 10;
    private static final int SIZE_MAX = 2 << 20;
    private static final long CLASS_BYTES_MAX = 16L << 20;
    private static final int CLASS_COUNT_MAX = 1024;
    private static final int CLASSES =
            Integer.numberOfTrailingZeros(SIZE_MAX) - Integer.numberOfTrailingZeros(SIZE_MIN) + 1;

    private final ArrayBlockingQueue<ByteBuffer>[] classes = newClasses();

    @SuppressWarnings({"unchecked", "rawtypes"}) // Java has no arrays of generic types.
    private static ArrayBlockingQueue<ByteBuffer>[] newClasses() {
        ArrayBlockingQueue<ByteBuffer>[] queues = new ArrayBlockingQueue[CLASSES];
        for (int i = 0; i < CLASSES; i++) {
            queues[i] = new ArrayBlockingQueue<>((int) Math.min(CLASS_COUNT_MAX, CLASS_BYTES_MAX / (SIZE_MIN << i)));
        }
        return queues;
    }

    /** A buffer with position 0 and exactly this limit. */
    ByteBuffer take(int sizeBytes) {
        Check.argument(sizeBytes >= 0, "size is negative");
        if (sizeBytes > SIZE_MAX) {
            return ByteBuffer.allocateDirect(sizeBytes);
        }
        int index = classOf(sizeBytes);
        ByteBuffer buffer = classes[index].poll();
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(SIZE_MIN << index);
        }
        return buffer.clear().limit(sizeBytes);
    }

    /** Gives back what {@link #take} gave; nobody may touch it from now on. */
    void give(ByteBuffer buffer) {
        if (buffer.capacity() <= SIZE_MAX) {
            boolean kept = classes[classOf(buffer.capacity())].offer(buffer);
            Check.invariant(kept || buffer.capacity() >= SIZE_MIN, "a pooled buffer has a class");
        }
    }

    private static int classOf(int sizeBytes) {
        int rounded = Math.max(SIZE_MIN, Integer.highestOneBit(Math.max(1, sizeBytes - 1)) << 1);
        return Integer.numberOfTrailingZeros(rounded) - Integer.numberOfTrailingZeros(SIZE_MIN);
    }
}
