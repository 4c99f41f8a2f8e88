package dev.hayloft.store;

import dev.hayloft.log.FrameVisitor;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * An object store: buckets of objects, each named by a key. A read after a completed write sees it.
 *
 * <pre>{@code
 * try (ObjectStore store = HayloftStore.open(StoreConfig.defaults(Path.of("data")), Clock.systemUTC())) {
 *     BucketName photos = new BucketName("photos");
 *     store.createBucket(photos, BucketSettings.defaults(Durability.DISK));
 *     ObjectKey key = ObjectKey.of("2026/hay.jpg");
 *     store.put(PutRequest.of(photos, key), ByteBuffer.wrap(bytes)).toCompletableFuture().join();
 *     try (StoredObject object = store.read(photos, key).orElseThrow()) {
 *         ByteBuffer content = object.read(0, (int) object.info().sizeBytes());
 *     }
 * }
 * }</pre>
 *
 * <p><i>Errors:</i> every method may throw, or complete its stage with, a
 * {@link dev.hayloft.model.error.HayloftException}: {@code no-such-bucket} for an absent bucket, {@code read-only},
 * {@code storage-full}, {@code too-many-requests} for writes that cannot be taken now.
 *
 * <p><i>Threads:</i> all methods may be called from any thread. Methods that return a stage do not block; the others
 * may wait for a disk, except where they say otherwise. Stages complete on the store's own threads: whoever continues
 * there must not block.
 */
public interface ObjectStore extends AutoCloseable {
    /** Largest content that {@link #put} takes in one piece, and the size of an extent: 1 MiB. */
    int EXTENT_SIZE = 1 << 20;

    /** Creates a bucket unless one of that name exists, which is then returned as it is. Durable at return. */
    CreatedBucket createBucket(BucketName name, BucketSettings settings);

    /** The bucket of that name. Does not block. */
    Optional<Bucket> findBucket(BucketName name);

    /** All buckets, by name. Does not block. */
    List<Bucket> buckets();

    /** Changes a bucket's settings; the function may be called more than once. Durable at return. */
    Bucket updateBucket(BucketName name, UnaryOperator<BucketSettings> change);

    /**
     * Deletes a bucket; durable at return.
     *
     * @param force deletes its objects too
     * @throws dev.hayloft.model.error.RequestException {@code bucket-not-empty} when it has objects and force is not
     *     set
     */
    void deleteBucket(BucketName name, boolean force);

    /** What a bucket holds, exact within 5 s of the last completed write. Does not block. */
    BucketStatistics statistics(BucketName name);

    /**
     * Stores an object of at most {@link #EXTENT_SIZE} bytes. The stage completes once the object is as durable as
     * asked and readable; fails with {@code precondition-failed} when the condition does not hold.
     *
     * @param content from position to limit; must not change until the stage completes
     * @param sha256 the digest of exactly these bytes, computed by the caller
     */
    CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content, Sha256 sha256);

    /** As {@link #put(PutRequest, ByteBuffer, Sha256)}, computing the digest on the calling thread. */
    default CompletionStage<WriteResult> put(PutRequest request, ByteBuffer content) {
        return put(request, content, Sha256.of(content));
    }

    /** Begins an object of any size; nothing is visible before {@link Upload#commit}. Does not block. */
    Upload startUpload(PutRequest request);

    /**
     * Begins a stream of records; does not block.
     *
     * @throws dev.hayloft.model.error.RequestException {@code conflict} while another stream of the same producer is
     *     open
     */
    RecordStream startRecords(RecordsRequest request, RecordStream.Listener listener);

    /** Deletes an object or versions of it; absent counts as deleted. */
    CompletionStage<DeleteResult> delete(DeleteRequest request);

    /** Deletes what a read finds. */
    default CompletionStage<DeleteResult> delete(BucketName bucket, ObjectKey key, WriteCondition condition) {
        return delete(new DeleteRequest(bucket, key, new DeleteRequest.Target.Newest(), condition));
    }

    /** Writes beyond put and delete. */
    ObjectVerbs verbs();

    /** The object under a key, with its content when that is small; close it after use. May block on a cold disk. */
    Optional<StoredObject> read(BucketName bucket, ObjectKey key);

    /** As {@link #read}, but never blocks: answers {@link ReadAttempt.WouldBlock} when the disk might be asked. */
    ReadAttempt tryRead(BucketName bucket, ObjectKey key);

    /**
     * As {@link #read}, and tells a delete marker from nothing.
     *
     * @param version empty for the newest
     */
    ReadAttempt read(BucketName bucket, ObjectKey key, OptionalLong version);

    /** As {@link #read(BucketName, ObjectKey, OptionalLong)}, but never blocks. */
    ReadAttempt tryRead(BucketName bucket, ObjectKey key, OptionalLong version);

    /** One page of a listing that shows every write completed before the call. */
    CompletionStage<ListPage> list(ListRequest request);

    /** All of a listing from one moment on, to be walked and closed; the request's limit does not count. */
    CompletionStage<ListCursor> listAll(ListRequest request);

    /**
     * The versions of a key, delete markers among them, the newest first. May block on a cold disk.
     *
     * @param after only what is older than this one
     * @param max most lines, at least 1
     */
    List<ListEntry.VersionLine> versions(BucketName bucket, ObjectKey key, OptionalLong after, int max);

    /** One page of the versions of all keys that shows every write completed before the call. */
    CompletionStage<VersionListPage> listVersions(VersionListRequest request);

    /** All of the versions of all keys from one moment on, key by key; the request's limit does not count. */
    CompletionStage<ListCursor> listAllVersions(VersionListRequest request);

    /**
     * A stretch of a bucket's changes: every mutation once, in the order in which they became true. May block, but not
     * for long: a stretch without a change need not be the last, {@code atEnd} tells.
     *
     * @throws dev.hayloft.model.error.RequestException {@code gone} for a cursor of another store,
     *     {@code bad-parameter} for what is none
     */
    default ChangesPage changes(ChangesRequest request) {
        List<Change> changes = new ArrayList<>();
        ChangesReached reached = changes(request, change -> changes.add(change.toChange()));
        return new ChangesPage(changes, reached.cursor(), reached.atEnd());
    }

    /** The same, each shown where it stands: what is shown when this throws is not to be relied on. */
    ChangesReached changes(ChangesRequest request, Consumer<ChangeView> visitor);

    /**
     * Completes with true when the bucket has changes behind a cursor, perhaps none that the reader wants, and with
     * false after {@link #endWaiting}. Costs nothing but memory; give it up by cancelling. The future completes on a
     * thread of the store.
     */
    CompletableFuture<Boolean> whenChanged(BucketName bucket, String after);

    /**
     * How far a cursor is behind: mutations of all buckets of its partition since, so no more changes than these are to
     * come. Does not block.
     */
    long changesBehind(BucketName bucket, String after);

    /** Sends everybody away who waits for changes, now and from now on: the store is about to be closed. */
    void endWaiting();

    /** Figures of the whole store. Does not block. */
    StoreStatus status();

    /** All volumes, by partition and number. Does not block. */
    List<VolumeStatus> volumes();

    /**
     * Shows what stands in a volume from a place on, in the order of its file, every checksum checked on the way; a
     * visitor that throws ends the scan. Reads from the disk.
     *
     * @param id as {@link VolumeStatus#id}
     * @throws dev.hayloft.model.error.RequestException {@code no-such-volume} when there is none, or its file has gone
     */
    void scanVolume(String id, long fromOffset, FrameVisitor visitor);

    /** Background work that an operator starts, watches and cancels. */
    Jobs jobs();

    /** Small records that a front keeps beside the objects. */
    StoreRecords records();

    /** Completes accepted work, forces it, marks the folder clean and lets go of it. Idempotent. */
    @Override
    void close();
}
