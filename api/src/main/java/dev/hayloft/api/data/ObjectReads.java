package dev.hayloft.api.data;

import dev.hayloft.api.http.ByteRanges;
import dev.hayloft.api.http.ByteRanges.Piece;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ObjectInfo;
import dev.hayloft.store.ReadAttempt;
import dev.hayloft.store.StoredObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/**
 * GET and HEAD of objects. What the store can give without waiting is answered on the selector thread; everything else
 * leaves it first.
 */
public final class ObjectReads {
    private static final Set<String> PARAMETERS = Set.of("version");

    private final Front front;
    private final ObjectVersions versions;

    public ObjectReads(Front front) {
        this.front = front;
        this.versions = new ObjectVersions(front);
    }

    /** Answers a read. */
    public void read(Exchange exchange, BucketName bucket, ObjectKey key) {
        exchange.operation(exchange.isHead() ? Operation.HEAD : Operation.GET);
        if (exchange.query().isNamed("versions")) {
            versions.ofKey(exchange, bucket, key);
            return;
        }
        OptionalLong version = exchange.query().only(PARAMETERS).version("version");
        exchange.authorize(bucket, Access.READ);
        ReadAttempt attempt = front.store().tryRead(bucket, key, version);
        if (attempt instanceof ReadAttempt.WouldBlock) {
            exchange.block(() -> answer(
                    exchange, new Wanted(bucket, key, version), front.store().read(bucket, key, version)));
        } else {
            answer(exchange, new Wanted(bucket, key, version), attempt);
        }
    }

    /** What was asked for. */
    private record Wanted(BucketName bucket, ObjectKey key, OptionalLong version) {}

    private void answer(Exchange exchange, Wanted wanted, ReadAttempt attempt) {
        if (attempt instanceof ReadAttempt.Found found) {
            answer(exchange, found.object());
            return;
        }
        if (attempt instanceof ReadAttempt.Deleted deleted) {
            exchange.problemHeader(new HttpField(Headers.DELETED, "true"));
            exchange.problemHeader(new HttpField(Headers.VERSION, Long.toString(deleted.version())));
        }
        throw absent(exchange, wanted, attempt);
    }

    private static RequestException absent(Exchange exchange, Wanted wanted, ReadAttempt attempt) {
        BucketName bucket = wanted.bucket();
        ObjectKey key = wanted.key();
        if (ReadConditions.of(exchange.request().getHeaders()).needsObject()) {
            return new RequestException(ErrorCode.PRECONDITION_FAILED, "If-Match cannot hold: the key has no object.")
                    .with("bucket", bucket)
                    .with("key", key);
        }
        if (wanted.version().isPresent() && !(attempt instanceof ReadAttempt.Deleted)) {
            return new RequestException(ErrorCode.NO_SUCH_VERSION, "The key has no such version.")
                    .with("bucket", bucket)
                    .with("key", key)
                    .with("version", wanted.version().getAsLong());
        }
        if (attempt instanceof ReadAttempt.Deleted) {
            return new RequestException(ErrorCode.NO_SUCH_KEY, "The key is deleted: a delete marker stands there.")
                    .with("bucket", bucket)
                    .with("key", key);
        }
        return new RequestException(ErrorCode.NO_SUCH_KEY, "The bucket has no such key.")
                .with("bucket", bucket)
                .with("key", key);
    }

    private void answer(Exchange exchange, StoredObject object) {
        boolean handedOn = false;
        try {
            ReadConditions conditions = ReadConditions.of(exchange.request().getHeaders());
            ObjectInfo info = object.info();
            switch (conditions.judge(info)) {
                case FAILED ->
                    throw new RequestException(
                                    ErrorCode.PRECONDITION_FAILED, "The object is not what the condition asks for.")
                            .with("etag", info.etag())
                            .with("version", info.version());
                case NOT_MODIFIED -> {
                    ObjectHeaders.put(exchange, info, false);
                    exchange.answer(304);
                }
                case GO_ON -> {
                    handedOn = true;
                    content(exchange, object, conditions);
                }
            }
        } finally {
            if (!handedOn) {
                object.close();
            }
        }
    }

    /** From here on the object is closed by whoever writes it. */
    private void content(Exchange exchange, StoredObject object, ReadConditions conditions) {
        try {
            ObjectInfo info = object.info();
            Optional<String> range = exchange.isHead() ? Optional.empty() : conditions.range(info);
            Optional<List<Piece>> pieces = range.flatMap(header -> ByteRanges.parse(header, info.sizeBytes()));
            if (pieces.isEmpty()) {
                whole(exchange, object, info);
            } else if (pieces.get().isEmpty()) {
                exchange.problemHeader(new HttpField(HttpHeader.CONTENT_RANGE, "bytes */" + info.sizeBytes()));
                throw new RequestException(
                                ErrorCode.RANGE_NOT_SATISFIABLE, "No range of the request lies within the content.")
                        .with("sizeBytes", info.sizeBytes());
            } else if (pieces.get().size() == 1) {
                one(exchange, object, info, pieces.get().get(0));
            } else {
                ObjectHeaders.put(exchange, info, true);
                front.budget().take(RangeAnswer.BYTES);
                new MultipartAnswer(exchange, object, pieces.get()).start(206);
            }
        } catch (Throwable failure) { // Whatever it was: the object must be given back.
            object.close();
            throw failure;
        }
    }

    private void whole(Exchange exchange, StoredObject object, ObjectInfo info) {
        ObjectHeaders.put(exchange, info, true);
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, info.sizeBytes());
        if (exchange.isHead() || info.sizeBytes() == 0) {
            object.close();
            exchange.answer(200);
        } else {
            piece(exchange, object, 200, new Piece(0, info.sizeBytes()));
        }
    }

    private void one(Exchange exchange, StoredObject object, ObjectInfo info, Piece piece) {
        ObjectHeaders.put(exchange, info, true);
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, piece.length());
        exchange.headers().put(HttpHeader.CONTENT_RANGE, ObjectHeaders.contentRange(piece, info.sizeBytes()));
        piece(exchange, object, 206, piece);
    }

    private void piece(Exchange exchange, StoredObject object, int status, Piece piece) {
        if (!object.inMemory()) {
            front.budget().take(RangeAnswer.BYTES);
            new RangeAnswer(exchange, object, piece).start(status);
            return;
        }
        ByteBuffer bytes = object.read(piece.offset(), (int) piece.length());
        if (bytes.remaining() != piece.length()) {
            throw new AssertionError("content in memory is read in one piece");
        }
        exchange.answer(status, bytes, new Closing(object));
    }

    /** Gives the object back when the network has its bytes. */
    private static final class Closing implements Callback {
        private final StoredObject object;

        Closing(StoredObject object) {
            this.object = object;
        }

        @Override
        public void succeeded() {
            object.close();
        }

        @Override
        public void failed(Throwable cause) {
            object.close();
        }
    }
}
