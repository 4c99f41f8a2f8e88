package dev.hayloft.api.http;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the bytes of bodies that stand in memory at one time. Overload is refused, never absorbed into the heap.
 *
 * <p><i>Threads:</i> any; nothing here blocks.
 */
public final class ByteBudget {
    private final long maxBytes;
    private final AtomicLong taken = new AtomicLong();

    public ByteBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes bytes, to be given back.
     *
     * @throws CapacityException {@code too-many-requests} when there are not as many left
     */
    public void take(long bytes) {
        if (!tryTake(bytes)) {
            throw new CapacityException(
                            ErrorCode.TOO_MANY_REQUESTS,
                            "Too many bytes of bodies are under way; try again in a second, or raise limits.bytesInFlight.")
                    .with("maxBytes", maxBytes);
        }
    }

    /** Takes bytes if there are as many left. */
    public boolean tryTake(long bytes) {
        if (taken.addAndGet(bytes) > maxBytes) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Gives bytes back. */
    public void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    /** Bytes taken and not given back. */
    public long takenBytes() {
        return taken.get();
    }
}
