package dev.hayloft.log;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the volumes whose file is open for reading, so that idle ones can be closed when they are many. */
final class IdleHandles {
    private static final int OPEN_MAX = 512;

    private final AtomicInteger open = new AtomicInteger();

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }

    boolean isFull() {
        return open.get() > OPEN_MAX;
    }
}
