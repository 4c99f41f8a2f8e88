package dev.hayloft.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Work that may go on side by side. When one lane fails the others are asked to stop, and all have ended at return.
 *
 * <p><i>Threads:</i> a single lane runs on the caller's; several on threads that end with the call.
 */
final class SideBySide {
    private SideBySide() {}

    /** A part of the work that stands by itself. */
    @FunctionalInterface
    interface Lane {
        /** Works to the end, or until another lane has failed. */
        void run(BooleanSupplier isOtherFailed);
    }

    /** Runs the lanes, so many at a time, in order; throws what the first that failed threw. */
    static void run(String threadName, int threadsMax, List<Lane> lanes) {
        if (lanes.size() < 2 || threadsMax < 2) {
            lanes.forEach(lane -> lane.run(() -> false));
            return;
        }
        AtomicBoolean isFailed = new AtomicBoolean();
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(threadsMax, lanes.size()), task -> {
            Thread thread = new Thread(task, threadName + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> underWay = new ArrayList<>();
            for (Lane lane : lanes) {
                underWay.add(threads.submit(() -> run(lane, isFailed)));
            }
            await(underWay);
        } finally {
            threads.shutdown();
        }
    }

    private static void run(Lane lane, AtomicBoolean isFailed) {
        boolean isDone = false;
        try {
            if (isFailed.get()) {
                throw new CancellationException("Other work failed.");
            }
            lane.run(isFailed::get);
            isDone = true;
        } finally {
            if (!isDone) {
                isFailed.set(true);
            }
        }
    }

    /** A lane that was only asked to stop says less than the one that failed. */
    private static void await(List<Future<?>> underWay) {
        List<Throwable> failures = new ArrayList<>();
        boolean wasInterrupted = false;
        for (Future<?> lane : underWay) {
            boolean hasEnded = false;
            while (!hasEnded) {
                try {
                    lane.get();
                    hasEnded = true;
                } catch (InterruptedException e) {
                    wasInterrupted = true; // Whoever asked for the work must not go on before it has ended.
                } catch (ExecutionException e) {
                    boolean wasAsked = e.getCause() instanceof CancellationException;
                    failures.add(wasAsked ? failures.size() : 0, e.getCause());
                    hasEnded = true;
                }
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        if (!failures.isEmpty()) {
            if (failures.get(0) instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failures.get(0);
        }
    }
}
