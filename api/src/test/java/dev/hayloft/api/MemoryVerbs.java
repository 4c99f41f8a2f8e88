package dev.hayloft.api;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.AppendRequest;
import dev.hayloft.store.BatchResult;
import dev.hayloft.store.BatchStep;
import dev.hayloft.store.CopyRequest;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.ObjectVerbs;
import dev.hayloft.store.PatchRequest;
import dev.hayloft.store.RenameRequest;
import dev.hayloft.store.RenameResult;
import dev.hayloft.store.Upload;
import dev.hayloft.store.WriteResult;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Renames and patches of a {@link MemoryStore}; the other verbs are tested against the real store. */
final class MemoryVerbs implements ObjectVerbs {
    private final MemoryStore store;
    private final Executor threads;

    MemoryVerbs(MemoryStore store, Executor threads) {
        this.store = store;
        this.threads = threads;
    }

    @Override
    public CompletionStage<RenameResult> rename(RenameRequest request) {
        return CompletableFuture.supplyAsync(() -> store.rename(request), threads);
    }

    @Override
    public CompletionStage<BatchResult> batch(
            BucketName bucket, List<BatchStep> steps, Optional<Durability> durability) {
        throw elsewhere();
    }

    @Override
    public CompletionStage<WriteResult> copy(CopyRequest request) {
        throw elsewhere();
    }

    @Override
    public CompletionStage<ObjectInfo> patch(PatchRequest request) {
        return CompletableFuture.supplyAsync(() -> store.patch(request), threads);
    }

    @Override
    public CompletionStage<WriteResult> append(AppendRequest request, ByteBuffer content, Sha256 sha256) {
        throw elsewhere();
    }

    @Override
    public Upload startAppend(AppendRequest request) {
        throw elsewhere();
    }

    private static UnsupportedOperationException elsewhere() {
        return new UnsupportedOperationException("tested against the real store");
    }
}
