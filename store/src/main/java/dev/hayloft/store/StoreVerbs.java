package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The verbs of the store on a data folder. */
final class StoreVerbs implements ObjectVerbs {
    private final GroupWrites groups;
    private final KeyVerbs keys;

    StoreVerbs(
            BucketRegistry buckets, ObjectReads reads, ObjectWrites writes, StoreThreads threads, InstantSource clock) {
        this.groups = new GroupWrites(buckets, writes);
        this.keys = new KeyVerbs(buckets, reads, writes, threads.verbs(), clock);
    }

    @Override
    public CompletionStage<RenameResult> rename(RenameRequest request) {
        return keys.rename(request);
    }

    @Override
    public CompletionStage<WriteResult> copy(CopyRequest request) {
        return keys.copy(request);
    }

    @Override
    public CompletionStage<ObjectInfo> patch(PatchRequest request) {
        return keys.patch(request);
    }

    @Override
    public CompletionStage<BatchResult> batch(
            BucketName bucket, List<BatchStep> steps, Optional<Durability> durability) {
        return groups.batch(bucket, steps, durability);
    }
}
