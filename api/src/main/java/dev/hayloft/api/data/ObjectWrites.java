package dev.hayloft.api.data;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Query;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.AppendRequest;
import dev.hayloft.store.Bucket;
import dev.hayloft.store.DeleteRequest;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.WriteResult;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * PUT and DELETE of objects, and appends to them. Checks come in the contract's order; the body is asked for after all
 * of them.
 */
public final class ObjectWrites {
    /** Bodies up to this many bytes are read and hashed on the selector thread. */
    static final int INLINE_MAX = 64 << 10;

    private static final Set<String> PARAMETERS = Set.of();
    private static final Set<String> APPEND_PARAMETERS = Set.of("op");
    private static final Set<String> DELETE_PARAMETERS = Set.of("version", "purge");

    private final Front front;
    private final long metadataMaxBytes;
    private final Digests digests = new Digests();
    private final ExtentPool extents = new ExtentPool();

    public ObjectWrites(Front front) {
        this.front = front;
        this.metadataMaxBytes = front.settings().size(Setting.LIMITS_METADATA);
    }

    /** Answers a write. */
    public void put(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.PUT);
        exchange.query().only(PARAMETERS);
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        ObjectAttributes attributes = ObjectHeaders.read(exchange.request().getHeaders(), metadataMaxBytes);
        exchange.authorize(bucket, Access.WRITE);
        requireWritable(bucket);
        boolean lengthGiven = exchange.request().getHeaders().contains(HttpHeader.CONTENT_LENGTH)
                || exchange.request().getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
        if (!lengthGiven) {
            throw new RequestException(
                    ErrorCode.LENGTH_REQUIRED, "A PUT of an object needs Content-Length or chunked encoding.");
        }
        PutRequest request =
                new PutRequest(bucket, key, attributes, headers.condition(), headers.durability(), headers.ttl());
        BodyTarget target = BodyTarget.put(front.store(), request);
        if (headers.isConditional()) {
            exchange.block(() -> {
                requireCondition(bucket, key, headers.condition(), OptionalLong.empty());
                readBody(exchange, target, headers);
            });
        } else {
            readBody(exchange, target, headers);
        }
    }

    /** Answers an append. */
    public void append(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.APPEND);
        exchange.query().only(APPEND_PARAMETERS);
        HttpFields fields = exchange.request().getHeaders();
        WriteHeaders headers = WriteHeaders.of(fields);
        OptionalLong offset = WriteHeaders.offset(fields);
        ObjectAttributes attributes = ObjectHeaders.read(fields, metadataMaxBytes);
        exchange.authorize(bucket, Access.WRITE);
        requireWritable(bucket);
        if (!fields.contains(HttpHeader.CONTENT_LENGTH) && !fields.contains(HttpHeader.TRANSFER_ENCODING)) {
            throw new RequestException(
                    ErrorCode.LENGTH_REQUIRED, "An append to an object needs Content-Length or chunked encoding.");
        }
        PutRequest put =
                new PutRequest(bucket, key, attributes, headers.condition(), headers.durability(), headers.ttl());
        BodyTarget target = BodyTarget.append(front.store(), new AppendRequest(put, offset));
        if (headers.isConditional() || offset.isPresent()) {
            exchange.block(() -> {
                requireCondition(bucket, key, headers.condition(), offset);
                readBody(exchange, target, headers);
            });
        } else {
            readBody(exchange, target, headers);
        }
    }

    private void readBody(Exchange exchange, BodyTarget target, WriteHeaders headers) {
        long length = exchange.request().getLength();
        if (length >= 0 && length <= INLINE_MAX) {
            new SmallBody(exchange, target, headers, digests).start();
        } else {
            new LargeBody(exchange, target, headers, extents).start();
        }
    }

    /** Judges a condition before the body is asked for; the store judges again when the write becomes true. */
    private void requireCondition(BucketName bucket, ObjectKey key, WriteCondition condition, OptionalLong offset) {
        Optional<StoredObject> found = front.store().read(bucket, key);
        String etag = null;
        long version = 0;
        long size = 0;
        if (found.isPresent()) {
            try (StoredObject object = found.get()) {
                etag = object.info().etag();
                version = object.info().version();
                size = object.info().sizeBytes();
            }
        }
        if (!holds(condition, etag, version) || (offset.isPresent() && offset.getAsLong() != size)) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "The object is not what the condition asks for.")
                    .with("etag", etag == null ? "none" : etag)
                    .with("version", version)
                    .with("size", size);
        }
    }

    private static boolean holds(WriteCondition condition, @Nullable String etag, long version) {
        boolean versionHolds =
                condition.ifVersion().isEmpty() || condition.ifVersion().getAsLong() == version;
        boolean matchHolds = condition.ifMatch().isEmpty()
                || (etag != null && condition.ifMatch().get().contains(etag));
        boolean noneMatchHolds = condition.ifNoneMatch().isEmpty()
                || etag == null
                || !condition.ifNoneMatch().get().contains(etag);
        return versionHolds && matchHolds && noneMatchHolds;
    }

    /** Answers a delete. */
    public void delete(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(Operation.DELETE);
        Query query = exchange.query().only(DELETE_PARAMETERS);
        DeleteRequest.Target target = target(query);
        WriteHeaders headers = WriteHeaders.of(exchange.request().getHeaders());
        exchange.authorize(bucket, Access.WRITE);
        requireWritable(bucket);
        front.store()
                .delete(new DeleteRequest(bucket, key, target, headers.condition()))
                .whenComplete((result, failure) -> exchange.respond(() -> {
                    if (failure == null) {
                        result.marker().ifPresent(version -> exchange.headers()
                                .put(new HttpField(Headers.VERSION, Long.toString(version))));
                        exchange.answer(204);
                    } else {
                        exchange.fail(failure);
                    }
                }));
    }

    private static DeleteRequest.Target target(Query query) {
        OptionalLong version = query.version("version");
        boolean purge = query.flag("purge");
        if (version.isPresent() && purge) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A delete names one version or purges all of them.")
                    .with("parameter", "purge");
        }
        if (version.isPresent()) {
            return new DeleteRequest.Target.Version(version.getAsLong());
        }
        return purge ? new DeleteRequest.Target.All() : new DeleteRequest.Target.Newest();
    }

    private void requireWritable(BucketName name) {
        requireWritable(front, name);
    }

    /** Makes sure that a bucket is there and takes writes. */
    static void requireWritable(Front front, BucketName name) {
        Bucket bucket = front.store().findBucket(name).orElseThrow(() -> new RequestException(
                        ErrorCode.NO_SUCH_BUCKET, "There is no such bucket.")
                .with("bucket", name));
        if (bucket.settings().readOnly()) {
            throw readOnly(name);
        }
    }

    private static StoreClosedException readOnly(BucketName name) {
        return new StoreClosedException(ErrorCode.READ_ONLY, "The bucket is set read-only.").with("bucket", name);
    }

    /** Answers a write that has come true. */
    static void answer(Exchange exchange, WriteResult result) {
        if (result.appended().isPresent()) {
            ObjectHeaders.putVersion(exchange.headers(), result.version(), result.etag());
            exchange.headers()
                    .put(new HttpField(
                            Headers.SIZE, Long.toString(result.appended().get().sizeBytes())));
        } else {
            ObjectHeaders.putVersion(exchange.headers(), result.version(), result.sha256());
        }
        ObjectHeaders.putExpiry(exchange.headers(), result.expiresAt());
        exchange.answer(result.created() ? 201 : 200);
    }
}
