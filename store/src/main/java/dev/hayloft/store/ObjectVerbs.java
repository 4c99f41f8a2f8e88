package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Writes beyond put and delete. Each is atomic: for every reader, and for whoever opens the folder after a kill or a
 * power cut, it happened wholly or not at all.
 *
 * <p><i>Errors</i> and <i>Threads</i> as in {@link ObjectStore}: nothing here blocks.
 */
public interface ObjectVerbs {
    /** Most steps of a batch. */
    int BATCH_STEPS_MAX = 10_000;

    /**
     * Puts and deletes that become true together, judged one after another, each on top of those before it.
     *
     * @param durability empty: as the bucket is set
     * @return fails with {@code precondition-failed} at the first step whose condition does not hold, whose number,
     *     from 0, is then the exception's field {@code record}
     */
    CompletionStage<BatchResult> batch(BucketName bucket, List<BatchStep> steps, Optional<Durability> durability);
}
