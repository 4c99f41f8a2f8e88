package dev.hayloft.api.http;

import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * An answer written piece by piece, at the pace of the network: a piece is made on a thread that may block, and the
 * next one only when the network has taken it. A failure on the way breaks the connection off: a short body must never
 * look complete.
 */
public abstract class StreamedAnswer implements Callback {
    private final Exchange exchange;
    private boolean lastWritten;

    protected StreamedAnswer(Exchange exchange) {
        this.exchange = exchange;
    }

    /**
     * The next piece.
     *
     * @return null at the end; otherwise bytes that stay untouched until the next call or {@link #close()}
     */
    protected abstract @Nullable ByteBuffer next();

    /** Whether the piece just made was the last. Saves a write. */
    protected abstract boolean isAtEnd();

    /** Lets go of whatever the pieces are made from. Called once. */
    protected abstract void close();

    /** Answers with a status and all pieces. Headers must have been set. */
    public final void start(int status) {
        exchange.checkAuthorized();
        if (!exchange.takeAnswer()) {
            close();
            return;
        }
        exchange.response().setStatus(status);
        again();
    }

    private void again() {
        try {
            exchange.front().blocking().execute(this::step);
        } catch (RejectedExecutionException e) {
            failed(e);
        }
    }

    private void step() {
        ByteBuffer piece;
        try {
            piece = next();
        } catch (Throwable failure) { // A thread boundary: the client must notice that the body ends here.
            failed(failure);
            return;
        }
        lastWritten = piece == null || isAtEnd();
        if (piece == null) {
            exchange.response().write(true, null, this);
        } else {
            exchange.front().metrics().bytesOut(piece.remaining());
            SlicedWrite.write(exchange.response(), lastWritten, piece, this);
        }
    }

    @Override
    public final void succeeded() {
        if (lastWritten) {
            close();
            exchange.end(null);
        } else {
            again();
        }
    }

    @Override
    public final void failed(Throwable cause) {
        close();
        if (exchange.response().isCommitted()) {
            exchange.broken(cause);
        } else {
            exchange.failTaken(Problem.unwrap(cause));
        }
    }

    @Override
    public final InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
