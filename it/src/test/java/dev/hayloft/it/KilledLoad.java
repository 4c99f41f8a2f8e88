package dev.hayloft.it;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Clients side by side until the server under them is killed. */
final class KilledLoad {
    private KilledLoad() {}

    /** What goes on until the kill. */
    interface Until {
        /** Returns when it is time; at once when one of the loads has ended by itself. */
        void reached(BooleanSupplier hasEnded);
    }

    /**
     * Runs each load in a thread of its own, kills the server when it is time, and waits for all of them.
     *
     * @param loads each is given what says that it is to stop, and returns when the server is gone
     * @throws AssertionError with what a load has thrown
     */
    static void run(ServerProcess server, List<Consumer<BooleanSupplier>> loads, Until until) {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(loads.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (Consumer<BooleanSupplier> load : loads) {
                running.add(threads.submit(() -> load.accept(stop::get)));
            }
            until.reached(() -> running.stream().anyMatch(Future::isDone));
            server.kill();
            stop.set(true);
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException failed) {
            throw new AssertionError(failed.getCause());
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }
}
