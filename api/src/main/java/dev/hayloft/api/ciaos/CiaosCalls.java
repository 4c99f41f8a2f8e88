package dev.hayloft.api.ciaos;

import dev.hayloft.api.ciaos.ValueWriter.Part;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.PutRequest;
import dev.hayloft.store.RenameRequest;
import dev.hayloft.store.StoredObject;
import dev.hayloft.store.WriteCondition;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/**
 * The calls of the CIAOS API. Checks come in its order: route, identity, user, the key's existence, the body. What a
 * call found is judged again by the store when its write becomes true, so that of several writers of one name each
 * either happens wholly or is told that it came too late.
 */
final class CiaosCalls {
    private static final int SMALL_MAX = 64 << 10;
    private static final int TURNS_MAX = 1000;
    private static final WriteCondition PRESENT = new WriteCondition(
            OptionalLong.empty(), Optional.of(new WriteCondition.Tags(true, List.of())), Optional.empty());

    private final Front front;
    private final ValueWriter writer;

    CiaosCalls(Front front) {
        this.front = front;
        this.writer = new ValueWriter(front.store());
    }

    /** Answers a call whose route is known and whose sender is. */
    void call(Exchange exchange, CiaosRoute route) {
        CiaosTarget target = CiaosTarget.of(exchange.request().getHeaders());
        String name = CiaosRoute.decoded(route.key());
        ObjectKey key = CiaosTarget.key(name);
        boolean get = route.call() == CiaosRoute.Call.GET;
        exchange.authorize(target.bucket(), get ? Access.READ : Access.WRITE);
        exchange.operation(operation(route.call()));
        exchange.block(() -> {
            if (get) {
                get(exchange, find(target, key).orElseThrow(() -> target.absent(name)));
                return;
            }
            boolean exists = exists(target, key);
            if (!exists && route.call() != CiaosRoute.Call.PUT) {
                throw target.absent(name);
            }
            switch (route.call()) {
                case PUT -> put(exchange, target, name, exists);
                case UPDATE -> update(exchange, target, name);
                case APPEND -> collect(exchange, blobs -> append(exchange, target, name, blobs));
                case UPDATE_KEY -> rename(exchange, target, name, CiaosRoute.decoded(route.second()));
                case DELETE -> delete(exchange, target, name);
                case GET -> throw new AssertionError("answered above");
            }
        });
    }

    private static Operation operation(CiaosRoute.Call call) {
        return switch (call) {
            case GET -> Operation.GET;
            case PUT, UPDATE, APPEND, UPDATE_KEY -> Operation.PUT;
            case DELETE -> Operation.DELETE;
        };
    }

    private boolean exists(CiaosTarget target, ObjectKey key) {
        Optional<StoredObject> found = find(target, key);
        found.ifPresent(StoredObject::close);
        return found.isPresent();
    }

    private Optional<StoredObject> find(CiaosTarget target, ObjectKey key) {
        try {
            return front.store().read(target.bucket(), key);
        } catch (RequestException e) {
            if (e.code() == ErrorCode.NO_SUCH_BUCKET) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void get(Exchange exchange, StoredObject object) {
        boolean handedOn = false;
        BlobShare share = new BlobShare(front.budget());
        try {
            share.take(BlobLengths.countMax(object.info().attributes()));
            BlobLengths blobs =
                    BlobLengths.of(object.info().attributes(), object.info().sizeBytes());
            long size = BlobsFormat.size(blobs);
            if (size > Integer.MAX_VALUE) {
                throw CiaosRefusal.text(500, "The value is larger than a FlatBuffer can be: " + size + " bytes");
            }
            exchange.headers().put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
            exchange.headers().put(HttpHeader.CONTENT_LENGTH, size);
            BlobsSource source = new BlobsSource(object, blobs);
            if (size <= SMALL_MAX) {
                ByteBuffer whole = ByteBuffer.allocate((int) size);
                source.fill(whole);
                exchange.answer(200, whole.flip(), Callback.NOOP);
            } else {
                front.budget().take(BlobsSource.Answer.BYTES);
                handedOn = true;
                new BlobsSource.Answer(exchange, source, share).start(200);
            }
        } finally {
            if (!handedOn) {
                share.close();
                object.close();
            }
        }
    }

    private void put(Exchange exchange, CiaosTarget target, String name, boolean exists) {
        if (exists) {
            throw target.exists();
        }
        collect(exchange, blobs -> {
            BucketSettings settings = BucketSettings.defaults(front.settings().durability());
            front.store().createBucket(target.bucket(), settings);
            write(target, name, WriteCondition.ABSENT, blobs, target::exists);
            answer(exchange, target.uploaded(name));
        });
    }

    private void update(Exchange exchange, CiaosTarget target, String name) {
        collect(exchange, blobs -> {
            write(target, name, PRESENT, blobs, () -> target.absent(name));
            answer(exchange, target.uploaded(name));
        });
    }

    private static void collect(Exchange exchange, Consumer<List<ByteBuffer>> call) {
        SpooledBody.collect(exchange, body -> {
            if (!body.hasRemaining()) {
                throw CiaosRefusal.bare(400, "No data was uploaded");
            }
            try (BlobShare share = new BlobShare(exchange.front().budget())) {
                call.accept(BlobsFormat.read(body, share::take));
            }
        });
    }

    private void write(
            CiaosTarget target,
            String name,
            WriteCondition condition,
            List<ByteBuffer> blobs,
            Supplier<CiaosRefusal> refusal) {
        orRefused(refusal, () -> {
            ObjectAttributes attributes = lengths(blobs).attributes();
            writer.write(request(target, name, attributes, condition), parts(Optional.empty(), blobs));
            return true;
        });
    }

    private static PutRequest request(
            CiaosTarget target, String name, ObjectAttributes attributes, WriteCondition condition) {
        return new PutRequest(target.bucket(), CiaosTarget.key(name), attributes, condition, Optional.empty());
    }

    private static BlobLengths lengths(List<ByteBuffer> blobs) {
        return new BlobLengths(blobs.stream().mapToLong(ByteBuffer::remaining).toArray());
    }

    /** What is there, if anything is, and the blobs behind it; each made when it is asked for. */
    private static List<Part> parts(Optional<StoredObject> first, List<ByteBuffer> blobs) {
        int before = first.isPresent() ? 1 : 0;
        return new AbstractList<>() {
            @Override
            public Part get(int index) {
                return index < before ? Part.of(first.orElseThrow()) : Part.of(blobs.get(index - before));
            }

            @Override
            public int size() {
                return before + blobs.size();
            }
        };
    }

    /** A bucket or key that went, or a key that came, while the call was under way. */
    private static <T> T orRefused(Supplier<CiaosRefusal> refusal, Supplier<T> write) {
        try {
            return write.get();
        } catch (HayloftException e) {
            if (e.code() == ErrorCode.PRECONDITION_FAILED || e.code() == ErrorCode.NO_SUCH_BUCKET) {
                throw refusal.get();
            }
            throw e;
        }
    }

    /** Writes what there is and what comes, as long as another writer was faster. */
    private void append(Exchange exchange, CiaosTarget target, String name, List<ByteBuffer> blobs) {
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            if (tryAppend(target, name, blobs)) {
                answer(exchange, target.appended(name));
                return;
            }
        }
        throw CiaosRefusal.text(503, "Too many writers append to this key; try again");
    }

    private boolean tryAppend(CiaosTarget target, String name, List<ByteBuffer> blobs) {
        try (StoredObject object = find(target, CiaosTarget.key(name)).orElseThrow(() -> target.absent(name));
                BlobShare share = new BlobShare(front.budget())) {
            share.take(BlobLengths.countMax(object.info().attributes()));
            BlobLengths all = BlobLengths.of(
                            object.info().attributes(), object.info().sizeBytes())
                    .and(lengths(blobs));
            WriteCondition same =
                    new WriteCondition(OptionalLong.of(object.info().version()), Optional.empty(), Optional.empty());
            writer.write(request(target, name, all.attributes(), same), parts(Optional.of(object), blobs));
            return true;
        } catch (HayloftException e) {
            if (e.code() == ErrorCode.PRECONDITION_FAILED) {
                return false;
            }
            throw e;
        }
    }

    private void rename(Exchange exchange, CiaosTarget target, String from, String to) {
        if (!from.equals(to)) {
            RenameRequest request = new RenameRequest(
                    target.bucket(),
                    CiaosTarget.key(from),
                    CiaosTarget.key(to),
                    WriteCondition.NONE,
                    false,
                    Optional.empty());
            try {
                ValueWriter.await(front.store().verbs().rename(request));
            } catch (HayloftException e) {
                throw switch (e.code()) {
                    case NO_SUCH_KEY, NO_SUCH_BUCKET -> target.absent(from);
                    case PRECONDITION_FAILED -> taken();
                    default -> e;
                };
            }
        }
        answer(exchange, target.renamed(from, to));
    }

    private static CiaosRefusal taken() {
        return CiaosRefusal.bare(500, "Failed to update key: UNIQUE constraint failed: haystack.user, haystack.key");
    }

    private void delete(Exchange exchange, CiaosTarget target, String name) {
        orRefused(
                () -> target.absent(name),
                () -> ValueWriter.await(front.store().delete(target.bucket(), CiaosTarget.key(name), PRESENT)));
        answer(exchange, target.deleted(name));
    }

    private static void answer(Exchange exchange, String text) {
        ByteBuffer body = CiaosRefusal.utf8(text);
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        exchange.answer(200, body, Callback.NOOP);
    }
}
