package dev.hayloft.api;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.RecordStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A stream of records into a map: a record at a time, acknowledged at once. */
final class MemoryRecordStream implements RecordStream {
    /** How a record is stored. */
    interface Target {
        CompletionStage<?> put(ObjectKey key, ObjectAttributes attributes, ByteBuffer value);
    }

    private final Target target;
    private final Function<ObjectKey, CompletionStage<?>> deletion;
    private final Listener listener;
    private final Runnable onClose;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private final AtomicBoolean failed = new AtomicBoolean();
    private long records;

    MemoryRecordStream(
            Target target, Function<ObjectKey, CompletionStage<?>> deletion, Listener listener, Runnable onClose) {
        this.target = target;
        this.deletion = deletion;
        this.listener = listener;
        this.onClose = onClose;
    }

    @Override
    public void put(ObjectKey key, ObjectAttributes attributes, ByteBuffer value) {
        follow(target.put(key, attributes, value));
    }

    @Override
    public void delete(ObjectKey key) {
        follow(deletion.apply(key));
    }

    private void follow(CompletionStage<?> write) {
        long number = ++records;
        last = last.thenCombine(write, (one, other) -> null).whenComplete((ignored, failure) -> {
            if (failure == null) {
                listener.acknowledged(number);
            } else if (failure.getCause() instanceof HayloftException reason && failed.compareAndSet(false, true)) {
                listener.failed(reason, number - 1);
            }
        });
    }

    @Override
    public void pause() {
        // Every record is on its way already.
    }

    @Override
    public void flush() {
        // Every record is on its way already.
    }

    @Override
    public boolean isSaturated() {
        return false;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
