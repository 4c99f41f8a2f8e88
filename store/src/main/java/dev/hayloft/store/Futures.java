package dev.hayloft.store;

import dev.hayloft.model.error.HayloftException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waiting for stages, for threads that may block. */
final class Futures {
    private Futures() {}

    /** What a stage failed with, without the wrapping. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** The stage's value; its {@link HayloftException} is thrown as it is. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof HayloftException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
