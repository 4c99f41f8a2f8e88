package dev.hayloft.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.Upload;
import dev.hayloft.store.WriteResult;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An upload that fails at any moment is answered, and lets go of everything. */
final class LargeBodyTest {
    private static final int EXTENT = ObjectStore.EXTENT_SIZE;

    private final LocalExchange local = new LocalExchange();
    private final Queue<CompletableFuture<Void>> writes = new ArrayDeque<>();
    private int open;

    @AfterEach
    void stop() {
        local.close();
    }

    private final class Target implements BodyTarget {
        @Override
        public CompletionStage<WriteResult> whole(ByteBuffer content, Sha256 sha256) {
            throw new AssertionError("the body is longer");
        }

        @Override
        public Upload start() {
            open++;
            return new Upload() {
                private boolean closed;

                @Override
                public CompletionStage<Void> write(ByteBuffer extent) {
                    CompletableFuture<Void> write = new CompletableFuture<>();
                    writes.add(write);
                    return write;
                }

                @Override
                public CompletionStage<WriteResult> commit(Sha256 sha256) {
                    return CompletableFuture.completedFuture(new WriteResult(1, true, sha256));
                }

                @Override
                public void close() {
                    open -= closed ? 0 : 1;
                    closed = true;
                }
            };
        }
    }

    private void start() {
        new LargeBody(local.exchange, new Target(), WriteHeaders.of(HttpFields.EMPTY), new ExtentPool()).start();
    }

    private void failWrite() {
        CompletableFuture<Void> write = writes.remove();
        write.completeExceptionally(new CapacityException(ErrorCode.STORAGE_FULL, "The disk is full."));
    }

    private void assertAnswered(String status) {
        assertThat(local.answer()).startsWith("HTTP/1.1 " + status);
        assertThat(local.held).as("chunks").hasValue(0);
        assertThat(local.budget.takenBytes()).as("budget").isZero();
        assertThat(open).as("uploads").isZero();
    }

    @Test
    void write_thatFailsWhileTheLastBytesAreRead_isAnswered() {
        local.brings(() -> local.chunk(EXTENT, false))
                .brings(() -> local.chunk(1, false))
                .brings(() -> {
                    local.runSteps();
                    failWrite();
                    return local.chunk(1, true);
                });
        start();
        local.runSteps();
        assertAnswered("507");
    }

    @Test
    void write_thatFailsWhileTheClientFallsSilent_isAnsweredWithItsReason() {
        local.brings(() -> local.chunk(EXTENT + 1, false)).brings(() -> {
            local.runSteps();
            failWrite();
            return Content.Chunk.from(new TimeoutException("silent"), false);
        });
        start();
        local.runSteps();
        assertAnswered("507");
    }

    @Test
    void write_thatFailsWhileTheReaderIsStalled_givesBackTheRest() {
        local.brings(() -> local.chunk(LargeBody.EXTENTS_MAX * EXTENT + 1, false));
        start();
        local.runSteps();
        assertThat(local.held).as("the rest waits").hasValue(1);
        failWrite();
        local.runSteps();
        assertAnswered("507");
    }

    @Test
    void write_thatFailsBetweenTwoExtentsOfAChunk_givesBackTheRest() {
        local.brings(() -> local.chunk(EXTENT + 1, false)).brings(() -> {
            local.runSteps();
            failWrite();
            return local.chunk(2 * EXTENT, false);
        });
        start();
        local.runSteps();
        assertAnswered("507");
    }

    @Test
    void hashing_thatIsRefused_closesTheUpload() {
        local.brings(() -> local.chunk(EXTENT + 1, false)).brings(() -> null);
        start();
        local.runSteps();
        assertThat(open).isOne();
        local.isFull = true;
        local.brings(() -> local.chunk(EXTENT, false)).brings(() -> null);
        local.arrive();
        assertAnswered("429");
    }

    @Test
    void reading_thatIsRefusedToGoOn_isAnswered() {
        local.brings(() -> local.chunk(LargeBody.EXTENTS_MAX * EXTENT + 1, false));
        start();
        local.runSteps();
        local.isFull = true;
        writes.remove().complete(null);
        assertAnswered("429");
    }

    @Test
    void commit_thatIsRefused_isAnswered() {
        local.brings(() -> local.chunk(EXTENT + 1, true));
        start();
        local.runSteps();
        local.isFull = true;
        writes.remove().complete(null);
        writes.remove().complete(null);
        assertAnswered("429");
    }

    @Test
    void upload_whoseReaderWasStalled_goesOnToItsEnd() {
        local.brings(() -> local.chunk(LargeBody.EXTENTS_MAX * EXTENT + 1, true));
        start();
        local.runSteps();
        assertThat(writes).hasSize(LargeBody.EXTENTS_MAX);
        for (Optional<CompletableFuture<Void>> write = Optional.ofNullable(writes.poll());
                write.isPresent();
                write = Optional.ofNullable(writes.poll())) {
            write.get().complete(null);
            local.runSteps();
        }
        assertThat(local.answer()).startsWith("HTTP/1.1 201");
        assertThat(local.held).hasValue(0);
        assertThat(local.budget.takenBytes()).isZero();
    }
}
