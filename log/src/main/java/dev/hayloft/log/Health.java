package dev.hayloft.log;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the log may be appended to. After one failed write or force nobody knows what is on the disk, and a second
 * attempt may lie: so the first failure ends it, until the log is opened anew.
 *
 * <p><i>Threads:</i> any.
 */
final class Health {
    /** Written once, by whoever fails first. */
    private volatile @Nullable Throwable cause;

    void poison(Throwable failure) {
        if (cause == null) {
            cause = failure;
        }
    }

    boolean isPoisoned() {
        return cause != null;
    }

    /** Throws {@code read-only} once something has failed. */
    void check() {
        Throwable failure = cause;
        if (failure != null) {
            throw readOnly(failure);
        }
    }

    static StoreClosedException readOnly(Throwable failure) {
        return new StoreClosedException(
                ErrorCode.READ_ONLY,
                "The log takes no more writes: one failed. It can be read until a restart.",
                failure);
    }
}
