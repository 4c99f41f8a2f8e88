package dev.hayloft.cli.session;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Standard input whose end can be trusted: an interrupt mostly ends both sides of a pipe, and what the other side had
 * not written yet must not be missing from an object that looks whole. So an end counts only when no interrupt comes
 * with it.
 *
 * <p><i>Threads:</i> one reads; {@link #interrupt} from any.
 */
final class PipeInput extends InputStream {
    /** How long an interrupt may come after the end it has caused; what an end costs. */
    private static final long GRACE_MILLIS = 100;

    private final InputStream source;
    private final CountDownLatch interrupted = new CountDownLatch(1);

    PipeInput(InputStream source) {
        this.source = source;
    }

    /** Makes the end of the stream, from now on, a failure. */
    void interrupt() {
        interrupted.countDown();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int size) throws IOException {
        int count = source.read(target, offset, size);
        if (count < 0) {
            try {
                if (interrupted.await(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw new IOException("interrupted before the input had ended");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted before the input had ended", e);
            }
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
