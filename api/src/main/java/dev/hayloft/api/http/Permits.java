package dev.hayloft.api.http;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many of something go on at one time.
 *
 * <p><i>Threads:</i> any; nothing here blocks.
 */
public final class Permits {
    private final Semaphore left;
    private final String sentence;

    /**
     * Bounds.
     *
     * @param sentence what a refused client reads
     */
    public Permits(int max, String sentence) {
        this.left = new Semaphore(max);
        this.sentence = sentence;
    }

    /**
     * Takes one, to be given back.
     *
     * @throws CapacityException {@code too-many-requests} when none is left
     */
    public void take() {
        if (!left.tryAcquire()) {
            throw new CapacityException(ErrorCode.TOO_MANY_REQUESTS, sentence);
        }
    }

    /** Gives one back. */
    public void giveBack() {
        left.release();
    }
}
