package dev.hayloft.api.http;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectableChannelEndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers writes on the thread that reads the requests of their connection. A store completes writes by the group, on
 * its own writer thread, which has better things to do than to write to sockets; a pool would wake a thread for every
 * one of them, and that one the selector again, to wait for the next request. Here a group wakes the selector once, and
 * the connections go on where they are watched.
 *
 * <p>What runs here must not block.
 *
 * <p><i>Threads:</i> any may submit.
 */
public final class Responders implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Responders.class);

    /** After so many steps the selector looks for other requests first. */
    private static final int STEPS_MAX = 128;

    private static final ThreadLocal<@Nullable Turn> CURRENT = new ThreadLocal<>();

    private final Executor others;
    private final Map<ServerConnector, List<Turn>> turns = new ConcurrentHashMap<>();

    /**
     * Answers nothing yet.
     *
     * @param others runs the steps of connections that no selector watches any more
     */
    public Responders(Executor others) {
        this.others = others;
    }

    /** Runs a step that does not block, in the order in which those of its connection came. */
    public void execute(ConnectionMetaData connection, Runnable step) {
        Turn turn = turn(connection);
        if (turn != null) {
            turn.submit(step);
            return;
        }
        try {
            others.execute(() -> runOne(step));
        } catch (RejectedExecutionException e) {
            runOne(step); // At the end of the server; the buffers must be given back all the same.
        }
    }

    private @Nullable Turn turn(ConnectionMetaData connection) {
        EndPoint endPoint = connection.getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        Connector connector = connection.getConnector();
        if (!(endPoint instanceof SelectableChannelEndPoint selectable)
                || !(connector instanceof ServerConnector server)
                || !server.isRunning()) {
            return null;
        }
        for (Turn turn : turns.computeIfAbsent(server, Responders::turns)) {
            if (selectable.getChannel().keyFor(turn.selector.getSelector()) != null) {
                return turn;
            }
        }
        return null;
    }

    private static List<Turn> turns(ServerConnector connector) {
        return connector.getSelectorManager().getBeans(ManagedSelector.class).stream()
                .map(Turn::new)
                .toList();
    }

    /** Runs a step after what this thread does now, if that is answering. */
    public static boolean executeAfter(Runnable step) {
        Turn turn = CURRENT.get();
        if (turn == null) {
            return false;
        }
        turn.next.add(step);
        return true;
    }

    /** Runs what was submitted and has not come to its turn; once the server has stopped. */
    @Override
    public void close() {
        turns.values().forEach(all -> all.forEach(Turn::finish));
    }

    private static void runOne(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) { // A thread boundary: the others must be answered all the same.
            LOG.warn("An answer failed.", failure);
        }
    }

    /** The steps for one selector. */
    private static final class Turn implements ManagedSelector.SelectorUpdate {
        private final ManagedSelector selector;
        private final Queue<Runnable> submitted = new ConcurrentLinkedQueue<>();
        private final ArrayDeque<Runnable> next = new ArrayDeque<>(); // The selector's own.
        private final AtomicBoolean due = new AtomicBoolean();

        Turn(ManagedSelector selector) {
            this.selector = selector;
        }

        void submit(Runnable step) {
            submitted.add(step);
            callSelector();
        }

        private void callSelector() {
            if (!due.get() && due.compareAndSet(false, true)) {
                selector.submit(this);
            }
        }

        @Override
        public void update(java.nio.channels.Selector ignored) {
            runSome(STEPS_MAX);
            due.set(false);
            if (!submitted.isEmpty() || !next.isEmpty()) {
                callSelector();
            }
        }

        private void runSome(int max) {
            CURRENT.set(this);
            try {
                for (int i = 0; i < max; i++) {
                    Runnable step = submitted.poll();
                    step = step == null ? next.poll() : step; // Answers first: somebody waits for them.
                    if (step == null) {
                        return;
                    }
                    runOne(step);
                }
            } finally {
                CURRENT.remove();
            }
        }

        void finish() {
            runSome(Integer.MAX_VALUE);
        }
    }
}
