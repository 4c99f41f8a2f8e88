package dev.hayloft.store;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The store's shared threads: reading (may wait for the disk on behalf of a caller), background (long work, one thing
 * at a time per thread), periodic (housekeeping, each task on a thread of its own), sweeping (long and again and again,
 * one behind the other).
 */
final class StoreThreads implements AutoCloseable {
    private static final Logger LOG = System.getLogger(StoreThreads.class.getName());
    private static final int READERS = 16;
    private static final int READS_WAITING_MAX = 100_000;
    private static final int VERBS = 32;
    private static final int VERBS_WAITING_MAX = 10_000;
    private static final int BACKGROUND = 2;
    private static final int SWEEPERS = 2;
    private static final long STOP_SECONDS = 60;

    private final List<ScheduledFuture<?>> housekeeping = new CopyOnWriteArrayList<>();
    private final ExecutorService reading;
    private final ExecutorService background = new ThreadPoolExecutor(
            BACKGROUND,
            BACKGROUND,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named("background"),
            StoreThreads::refuse);
    private final ExecutorService verbs;
    private final ScheduledThreadPoolExecutor periodic = new ScheduledThreadPoolExecutor(0, named("periodic"));
    private final ScheduledExecutorService sweeping = Executors.newScheduledThreadPool(SWEEPERS, named("sweeper"));

    StoreThreads() {
        reading = pool("reader", READERS, READS_WAITING_MAX);
        verbs = pool("verb", VERBS, VERBS_WAITING_MAX);
    }

    private static ExecutorService pool(String purpose, int threads, int waitingMax) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(waitingMax),
                named(purpose),
                StoreThreads::refuse);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** In words that fronts know: a plain rejection would be answered as a fault of the server. */
    private static void refuse(Runnable task, ThreadPoolExecutor executor) {
        if (executor.isShutdown()) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "The store is closing.");
        }
        throw new CapacityException(
                ErrorCode.TOO_MANY_REQUESTS, "Too many requests are waiting; try again in a moment.");
    }

    private static ThreadFactory named(String purpose) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "hayloft-" + purpose + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    Executor reading() {
        return reading;
    }

    /**
     * For what reads and then waits for its write; these threads wait for those of {@link #reading}, never vice versa.
     */
    Executor verbs() {
        return verbs;
    }

    Executor background() {
        return background;
    }

    /**
     * Runs a task again and again, whatever other tasks wait for: there is a thread for each. A failure is logged, and
     * the next turn comes all the same.
     */
    synchronized void every(Duration interval, String what, Runnable task) {
        periodic.setCorePoolSize(periodic.getCorePoolSize() + 1);
        repeat(periodic, interval, what, task);
    }

    /** As {@link #every}, for what may take long and need not be in time: a few such tasks run at once. */
    void everyInTurn(Duration interval, String what, Runnable task) {
        repeat(sweeping, interval, what, task);
    }

    private void repeat(ScheduledExecutorService threads, Duration interval, String what, Runnable task) {
        ScheduledFuture<?> turns = threads.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException | Error e) { // The thread's boundary: the executor would end the turns.
                        LOG.log(Level.WARNING, "Housekeeping failed and will be tried again: " + what + ".", e);
                    }
                },
                interval.toMillis(),
                interval.toMillis(),
                TimeUnit.MILLISECONDS);
        housekeeping.add(turns);
    }

    /** Ends periodic and background work; reads go on. */
    void stopHousekeeping() {
        housekeeping.forEach(turns -> turns.cancel(false));
        stop(periodic);
        stop(sweeping);
        stop(background);
    }

    private static void stop(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "Background work did not stop in time and is interrupted.");
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop(periodic);
        stop(sweeping);
        stop(background);
        stop(verbs);
        stop(reading);
    }
}
