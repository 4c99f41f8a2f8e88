package dev.hayloft.api.http;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads that answer writes. A store completes writes by the group, on its own writer thread, which has better
 * things to do than to write to sockets; a pool would wake a thread for every one of them. Here the first of a group
 * wakes a responder, which takes the others along, and goes on with the next requests of the same connections.
 *
 * <p>What runs here must not block, as on a selector thread.
 *
 * <p><i>Threads:</i> any may submit.
 */
public final class Responders implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Responders.class);

    private final Responder[] all;

    /** Starts this many. */
    public Responders(int count) {
        all = new Responder[count];
        for (int i = 0; i < count; i++) {
            all[i] = new Responder("hayloft-responder-" + i);
            all[i].start();
        }
    }

    /** Runs a step that does not block. Equal hashes meet on one thread. */
    public void execute(int hash, Runnable step) {
        all[Math.floorMod(hash, all.length)].submit(step);
    }

    /** Runs a step after what this thread does now, if it is one of ours. */
    public static boolean executeAfter(Runnable step) {
        if (Thread.currentThread() instanceof Responder responder) {
            responder.next.add(step);
            return true;
        }
        return false;
    }

    /** Ends the threads once they have run what was submitted. */
    @Override
    public void close() {
        for (Responder responder : all) {
            responder.stopping = true;
            LockSupport.unpark(responder);
        }
        for (Responder responder : all) {
            try {
                responder.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static final class Responder extends Thread {
        private final Queue<Runnable> submitted = new ConcurrentLinkedQueue<>();
        private final ArrayDeque<Runnable> next = new ArrayDeque<>(); // This thread's own.
        private final AtomicBoolean parked = new AtomicBoolean();
        private volatile boolean stopping; // Written by close, read by this thread.

        Responder(String name) {
            super(name);
            setDaemon(true);
        }

        void submit(Runnable step) {
            submitted.add(step);
            if (parked.get() && parked.compareAndSet(true, false)) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            while (true) {
                Runnable step = submitted.poll();
                step = step == null ? next.poll() : step; // Answers first: somebody waits for them.
                if (step != null) {
                    runOne(step);
                } else if (stopping) {
                    return;
                } else {
                    parked.set(true);
                    if (submitted.isEmpty() && !stopping) {
                        LockSupport.park(this);
                    }
                    parked.set(false);
                }
            }
        }

        private static void runOne(Runnable step) {
            try {
                step.run();
            } catch (Throwable failure) { // A thread boundary: the others must be answered all the same.
                LOG.warn("An answer failed.", failure);
            }
        }
    }
}
