package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** The verbs of the store on a data folder. */
final class StoreVerbs implements ObjectVerbs {
    private final GroupWrites groups;
    private final KeyVerbs keys;
    private final BucketRegistry buckets;
    private final ObjectWrites writes;
    private final AppendWrites appends;
    private final Set<ExtentUpload> uploads;

    /** The verbs; uploads that are under way are kept in the set. */
    StoreVerbs(
            BucketRegistry buckets,
            ObjectReads reads,
            ObjectWrites writes,
            StoreThreads threads,
            InstantSource clock,
            Set<ExtentUpload> uploads) {
        this.buckets = buckets;
        this.writes = writes;
        this.appends = new AppendWrites(buckets, writes, threads.verbs(), clock);
        this.uploads = uploads;
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

    @Override
    public CompletionStage<WriteResult> append(AppendRequest request, ByteBuffer content, Sha256 sha256) {
        return appends.append(request, content, sha256);
    }

    @Override
    public Upload startAppend(AppendRequest request) {
        BucketState bucket = buckets.require(request.put().bucket());
        writes.admit(bucket, 0);
        ExtentUpload upload =
                new ExtentUpload(bucket, request.put(), writes, appends.committing(bucket, request), uploads::remove);
        uploads.add(upload);
        return upload;
    }
}
