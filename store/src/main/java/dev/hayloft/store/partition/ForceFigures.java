package dev.hayloft.store.partition;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** How often files were forced and how long it took. Threads: any. */
final class ForceFigures {
    private final LongAdder count = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAccumulator nanosMax = new LongAccumulator(Math::max, 0);

    void measure(Runnable force) {
        long before = System.nanoTime();
        force.run();
        long took = System.nanoTime() - before;
        count.increment();
        nanos.add(took);
        nanosMax.accumulate(took);
    }

    long count() {
        return count.sum();
    }

    long nanos() {
        return nanos.sum();
    }

    long nanosMax() {
        return nanosMax.get();
    }
}
