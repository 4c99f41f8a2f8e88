package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
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

    /**
     * Gives an object another name in its bucket. Onto itself it changes nothing.
     *
     * @return fails with {@code no-such-key} without an object, with {@code precondition-failed} when the condition
     *     does not hold, or something stands under the new name that may not be overwritten
     */
    CompletionStage<RenameResult> rename(RenameRequest request);

    /** Copies an object, also to another bucket. Fails as {@link #rename}, and with {@code no-such-version}. */
    CompletionStage<WriteResult> copy(CopyRequest request);

    /**
     * Changes an object's attributes: a new version with the same content.
     *
     * @return what stands there then; fails as {@link #rename}
     */
    CompletionStage<ObjectInfo> patch(PatchRequest request);

    /**
     * Puts bytes behind those that an object has, or makes it. Appends to one key become true one after another, each
     * whole. The object gets a new version number and keeps no old version; its entity tag is the digest over the
     * digests of its parts and their number, an object that was there before counting as one.
     *
     * @param content at most {@link ObjectStore#EXTENT_SIZE} bytes, from position to limit; must not change until the
     *     stage completes
     * @param sha256 the digest of exactly these bytes
     * @return fails with {@code precondition-failed} when the condition does not hold or the size is another
     */
    CompletionStage<WriteResult> append(AppendRequest request, ByteBuffer content, Sha256 sha256);

    /** Begins to append a part of any size; nothing of it is visible before {@link Upload#commit}. Does not block. */
    Upload startAppend(AppendRequest request);
}
