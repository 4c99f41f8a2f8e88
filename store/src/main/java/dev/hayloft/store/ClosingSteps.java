package dev.hayloft.store;

import java.util.Optional;

/**
 * Steps of closing, each of which is taken whatever the ones before it threw.
 *
 * <p><i>Threads:</i> one.
 */
final class ClosingSteps {
    private Optional<RuntimeException> failure = Optional.empty();

    void take(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) { // Kept for throwFailure: what comes after must still be closed.
            failure.ifPresentOrElse(first -> first.addSuppressed(e), () -> failure = Optional.of(e));
        }
    }

    boolean isFine() {
        return failure.isEmpty();
    }

    /** Throws what the first failed step threw. */
    void throwFailure() {
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
