package dev.hayloft.api.data;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.Sha256;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.Upload;
import dev.hayloft.store.WriteResult;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * A body of any length: gathered into extents, hashed off the selector thread in their order, handed to the store. A
 * body that ends within its first extent is a plain put. At most {@link #EXTENTS_MAX} extents live at one time; when
 * they do, nothing is read, and TCP slows the client down.
 *
 * <p><i>Threads:</i> reading (one at a time: the network's), hashing (one at a time: the blocking executor) and the
 * completion of writes (the store's) meet in the fields guarded by {@code lock}.
 */
final class LargeBody {
    static final int EXTENTS_MAX = 4;
    private static final long BUDGET = 2L * ObjectStore.EXTENT_SIZE;

    private final Exchange exchange;
    private final BodyTarget target;
    private final WriteHeaders headers;
    private final ExtentPool pool;
    private final MessageDigest sha256 = Sha256.newDigest();
    private final @Nullable MessageDigest md5;

    // Reading only; when nobody reads any more, whoever tells the failure.
    private @Nullable ByteBuffer filling;
    private Content.@Nullable Chunk pending;

    // Hashing only.
    private @Nullable Upload upload;

    private final Object lock = new Object();
    private final ArrayDeque<ByteBuffer> filled = new ArrayDeque<>(); // Guarded by lock, as all below.
    private int extents;
    private boolean stalled;
    private boolean ended;
    private boolean hashing;
    private boolean finished;
    private boolean reading;
    private @Nullable Throwable unheard; // A failure that the reader is to tell, since the rest of the body is its.

    LargeBody(Exchange exchange, BodyTarget target, WriteHeaders headers, ExtentPool pool) {
        this.exchange = exchange;
        this.target = target;
        this.headers = headers;
        this.pool = pool;
        this.md5 = headers.md5().isPresent() ? Digests.newMd5() : null;
    }

    void start() {
        exchange.front().budget().take(BUDGET);
        synchronized (lock) {
            reading = true;
        }
        read();
    }

    /** Reads until nothing has come, too much is under way, or the body has ended. */
    private void read() {
        try {
            while (!hasStopped()) {
                ByteBuffer target = filling;
                if (target == null) {
                    if (!mayFill()) {
                        return;
                    }
                    target = pool.acquire();
                    filling = target;
                }
                Content.Chunk chunk = pending == null ? exchange.request().read() : pending;
                pending = null;
                if (chunk == null) {
                    exchange.request().demand(this::read);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    failReading(chunk.getFailure());
                    return;
                }
                if (take(chunk, target)) {
                    return;
                }
            }
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            failReading(failure);
        }
    }

    /** Whether the upload has failed elsewhere; then the rest of the body is dropped from here. */
    private boolean hasStopped() {
        synchronized (lock) {
            if (!finished) {
                return false;
            }
        }
        leaveReading();
        return true;
    }

    /** Reading ends for good. A failure that was left to the reader is told: nobody else would. */
    private void leaveReading() {
        Throwable failure;
        synchronized (lock) {
            reading = false;
            failure = unheard;
            unheard = null;
        }
        if (failure != null) {
            tell(failure);
        }
    }

    private void failReading(Throwable failure) {
        leaveReading();
        fail(failure);
    }

    /** Moves bytes from the chunk; true when the body has ended. */
    private boolean take(Content.Chunk chunk, ByteBuffer target) {
        ByteBuffer source = chunk.getByteBuffer();
        int count = Math.min(source.remaining(), target.remaining());
        target.put(target.position(), source, source.position(), count);
        target.position(target.position() + count);
        source.position(source.position() + count);
        if (source.hasRemaining()) {
            pending = chunk; // The extent is full; the rest begins the next one.
            hand(target, false);
            return false;
        }
        boolean last = chunk.isLast();
        chunk.release();
        if (last) {
            exchange.bodyRead();
            hand(target, true);
        }
        return last;
    }

    private boolean mayFill() {
        synchronized (lock) {
            if (!finished) {
                stalled = extents >= EXTENTS_MAX;
                reading = !stalled;
                extents += stalled ? 0 : 1;
                return !stalled;
            }
        }
        leaveReading(); // The upload failed after the reader had looked: nobody would wake it from a stall.
        return false;
    }

    private void hand(ByteBuffer extent, boolean last) {
        filling = null;
        exchange.front().metrics().bytesIn(extent.position());
        boolean start;
        synchronized (lock) {
            filled.add(extent.flip());
            ended = last;
            start = !hashing;
            hashing = true;
        }
        if (start) {
            execute(this::hash, this::failHashing);
        }
        if (last) {
            leaveReading();
        }
    }

    private void execute(Runnable step, Consumer<Throwable> refused) {
        try {
            exchange.front().blocking().execute(step);
        } catch (RejectedExecutionException e) {
            refused.accept(e);
        }
    }

    /** Hashes and hands on what has been filled, in order. */
    private void hash() {
        try {
            while (true) {
                ByteBuffer extent;
                boolean last;
                synchronized (lock) {
                    extent = filled.poll();
                    if (extent == null || finished) {
                        break;
                    }
                    last = ended && filled.isEmpty();
                }
                sha256.update(extent.duplicate());
                if (md5 != null) {
                    md5.update(extent.duplicate());
                }
                write(extent, last);
            }
            stopHashing();
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            failHashing(failure);
        }
    }

    private void failHashing(Throwable failure) {
        fail(failure);
        stopHashing();
    }

    /** Leaves the store's upload alone from here on; closes it when everything is over. */
    private void stopHashing() {
        boolean close;
        boolean again;
        synchronized (lock) {
            again = !finished && !filled.isEmpty();
            hashing = again;
            close = finished;
        }
        if (again) {
            execute(this::hash, this::failHashing);
        }
        Upload open = upload;
        if (close && open != null) {
            open.close();
        }
    }

    private void write(ByteBuffer extent, boolean last) {
        Upload open = upload;
        if (open == null && last) {
            Sha256 digest = verified();
            this.target.whole(extent, digest).whenComplete((result, failure) -> {
                written(extent, failure);
                end(result, failure);
            });
            return;
        }
        if (open == null) {
            open = this.target.start();
            upload = open;
        }
        if (!extent.hasRemaining()) {
            written(extent, null); // The body ended with a full extent.
            return;
        }
        open.write(extent).whenComplete((ignored, failure) -> written(extent, failure));
    }

    /** An extent is in the log, or has failed: its buffer is free again. */
    private void written(ByteBuffer extent, @Nullable Throwable failure) {
        pool.release(extent);
        boolean resume;
        boolean commit;
        synchronized (lock) {
            extents--;
            resume = stalled && !ended && !finished && failure == null;
            stalled = stalled && !resume;
            reading = reading || resume;
            commit = failure == null && ended && extents == 0 && upload != null && !finished;
        }
        if (failure != null) {
            fail(failure);
        } else if (commit) {
            execute(this::commit, this::fail);
        } else if (resume) {
            execute(this::read, this::failReading);
        }
    }

    private void commit() {
        try {
            Upload open = upload;
            if (open != null) {
                open.commit(verified()).whenComplete(this::end);
            }
        } catch (Throwable failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        }
    }

    private Sha256 verified() {
        Sha256 digest = Sha256.of(sha256);
        headers.verify(digest, md5 == null ? Optional.empty() : Optional.of(Digests.base64(md5)));
        return digest;
    }

    private void end(@Nullable WriteResult result, @Nullable Throwable failure) {
        if (failure != null || result == null) {
            fail(failure == null ? new AssertionError("a write completes with a result") : failure);
            return;
        }
        if (finish()) {
            exchange.respond(() -> ObjectWrites.answer(exchange, result));
        }
    }

    private void fail(Throwable failure) {
        if (!finish()) {
            return;
        }
        synchronized (lock) {
            if (reading) {
                unheard = failure;
                return;
            }
        }
        tell(failure);
    }

    /** Nobody reads any more, and nobody will: what the reader had in its hands goes back to the network. */
    private void tell(Throwable failure) {
        Content.Chunk rest = pending;
        pending = null;
        if (rest != null) {
            rest.release();
        }
        exchange.fail(failure);
    }

    /** Lets go of everything, once. */
    private boolean finish() {
        boolean close;
        synchronized (lock) {
            if (finished) {
                return false;
            }
            finished = true;
            close = !hashing;
        }
        exchange.front().budget().giveBack(BUDGET);
        Upload open = upload;
        if (close && open != null) {
            open.close();
        }
        return true;
    }
}
