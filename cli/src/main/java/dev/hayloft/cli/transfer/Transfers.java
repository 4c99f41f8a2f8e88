package dev.hayloft.cli.transfer;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.HayloftClientException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Works on many objects at once: a few workers behind a bounded queue. One failed object does not stop the others, but
 * a failure that all of them would meet does.
 *
 * <p><i>Threads:</i> one thread submits and finishes; the workers are daemons, so that an interrupt ends the process.
 */
public final class Transfers {
    private static final int QUEUE_CAPACITY = 1_024;
    private static final int FAILURES_SHOWN_MAX = 20;
    private static final Set<String> FATAL = Set.of(
            "unauthenticated",
            "forbidden",
            "no-such-bucket",
            "bad-bucket-name",
            "storage-full",
            "quota-exceeded",
            "read-only",
            HayloftClientException.NO_CONNECTION,
            HayloftClientException.BAD_ANSWER);

    private final PrintWriter err;
    private final Progress progress;
    private final BlockingQueue<Task> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<Optional<String>> fatal = new AtomicReference<>(Optional.empty());

    /**
     * Starts the workers.
     *
     * @param connections how many, 1..1024
     */
    public Transfers(int connections, PrintWriter err, Progress progress) {
        this.err = err;
        this.progress = progress;
        for (int i = 0; i < connections; i++) {
            Thread worker = new Thread(this::work, "hayloft-transfer-" + i);
            worker.setDaemon(true);
            workers.add(worker);
            worker.start();
        }
    }

    /** What is done for one object. */
    public interface Work {
        void run() throws IOException;
    }

    private record Task(String name, Optional<Work> work) {}

    /**
     * Hands one object to the workers; waits while they are all behind.
     *
     * @param name what a failure's line begins with
     * @throws CommandFailure when a failure has stopped everything
     */
    public void submit(String name, Work work) {
        offer(new Task(name, Optional.of(work)));
        fatal.get().ifPresent(reason -> {
            throw new CommandFailure(reason);
        });
    }

    /** Counts an object that could not even be tried. */
    public void fail(String name, String reason) {
        if (failed.incrementAndGet() <= FAILURES_SHOWN_MAX) {
            err.println("hayloft: " + name + ": " + reason);
        }
    }

    /**
     * Waits until all is done.
     *
     * @return how many objects failed
     * @throws CommandFailure when a failure has stopped everything
     */
    public long finish() {
        for (int i = 0; i < workers.size(); i++) {
            offer(new Task("", Optional.empty()));
        }
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        fatal.get().ifPresent(reason -> {
            throw new CommandFailure(reason);
        });
        if (failed.get() > FAILURES_SHOWN_MAX) {
            err.println("hayloft: and " + (failed.get() - FAILURES_SHOWN_MAX) + " failures more");
        }
        return failed.get();
    }

    /** How many objects went well. */
    public long done() {
        return done.get();
    }

    private void offer(Task task) {
        try {
            boolean taken = false;
            while (!taken && fatal.get().isEmpty()) {
                taken = queue.offer(task, 100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CommandFailure interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CommandFailure("interrupted; what was done stays, and the command may be run again", e);
    }

    private void work() {
        try {
            while (fatal.get().isEmpty()) {
                Optional<Task> task = Optional.ofNullable(queue.poll(100, TimeUnit.MILLISECONDS));
                if (task.isPresent() && task.get().work().isEmpty()) {
                    return;
                }
                task.ifPresent(this::attempt);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void attempt(Task task) {
        try {
            task.work().orElseThrow().run();
            done.incrementAndGet();
            progress.addItem();
        } catch (HayloftClientException e) {
            if (FATAL.contains(e.code())) {
                fatal.compareAndSet(
                        Optional.empty(), Optional.of("stopped at " + task.name() + "\n" + FailureText.of(e)));
            } else {
                fail(task.name(), e.code() + ": " + e.detail());
            }
        } catch (IOException e) {
            fail(task.name(), FileFailure.of(e));
        } catch (UncheckedIOException e) {
            fail(task.name(), FileFailure.of(e));
        } catch (CommandFailure e) {
            fail(task.name(), FailureText.message(e));
        } catch (OutOfMemoryError e) { // What could not be held is given up with the object that needed it.
            fail(
                    task.name(),
                    "it does not fit into the memory that this process may use, "
                            + Figures.bytes(Runtime.getRuntime().maxMemory()) + "; fewer --connections need less");
        } catch (RuntimeException
                | Error e) { // A worker's boundary: a defect must not leave the submitter waiting for ever.
            fatal.compareAndSet(Optional.empty(), Optional.of("stopped at " + task.name() + " by a defect: " + e));
        }
    }
}
