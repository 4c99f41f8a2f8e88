package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.model.error.HayloftException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * One after another for each key, in the order of the calls; nobody blocks for a turn.
 *
 * <p><i>Threads:</i> any; the work begins on the executor.
 */
final class KeyTurns {
    private final ConcurrentHashMap<KeyHash, CompletableFuture<Void>> last = new ConcurrentHashMap<>();
    private final Executor executor;

    KeyTurns(Executor executor) {
        this.executor = executor;
    }

    /** Does the work once all work on the key that was asked for before has completed. */
    @SuppressWarnings("FutureReturnValueIgnored") // What follows is for its own sake.
    <T> CompletionStage<T> inTurn(KeyHash key, Supplier<CompletionStage<T>> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = last.put(key, done);
        Runnable start = () -> start(work).whenComplete((value, failure) -> {
            last.remove(key, done);
            done.complete(null);
            if (failure == null) {
                result.complete(value);
            } else {
                result.completeExceptionally(Futures.cause(failure));
            }
        });
        if (before == null) {
            start.run();
        } else {
            before.whenComplete((unused, never) -> start.run());
        }
        return result;
    }

    /** Goes on with work that has its turn, away from the thread that calls. */
    <T> CompletionStage<T> again(Supplier<CompletionStage<T>> work) {
        return start(work);
    }

    private <T> CompletionStage<T> start(Supplier<CompletionStage<T>> work) {
        try {
            return CompletableFuture.supplyAsync(work, executor).thenCompose(stage -> stage);
        } catch (RejectedExecutionException | HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
