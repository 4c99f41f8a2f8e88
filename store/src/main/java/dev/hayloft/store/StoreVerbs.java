package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The verbs of the store on a data folder. */
final class StoreVerbs implements ObjectVerbs {
    private final GroupWrites groups;

    StoreVerbs(BucketRegistry buckets, ObjectWrites writes) {
        this.groups = new GroupWrites(buckets, writes);
    }

    @Override
    public CompletionStage<BatchResult> batch(
            BucketName bucket, List<BatchStep> steps, Optional<Durability> durability) {
        return groups.batch(bucket, steps, durability);
    }
}
