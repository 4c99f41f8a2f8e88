package dev.hayloft.api.ciaos;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a body that has to be there as a whole before it can be understood: a small one in memory, a larger one in a
 * file without a name, which is gone whenever the process is. The network sets the pace without holding a thread, and
 * memory stays the same whatever the size.
 *
 * <p><i>Threads:</i> reading one at a time, the network's or one that may block.
 */
final class SpooledBody {
    static final int MEMORY_MAX = 1 << 20;
    private static final int MEMORY_MIN = 16 << 10;

    private final Exchange exchange;
    private final Consumer<ByteBuffer> consumer;
    private final Path folder;
    private final long budget;
    private ByteBuffer memory;
    private Content.@Nullable Chunk pending;
    private @Nullable FileChannel file;
    private long spooledBytes;
    private boolean closed;

    private SpooledBody(Exchange exchange, Consumer<ByteBuffer> consumer) {
        this.exchange = exchange;
        this.consumer = consumer;
        this.folder = exchange.front().settings().data().resolve("spool");
        long length = exchange.request().getLength();
        boolean small = length >= 0 && length <= MEMORY_MAX;
        this.budget = small ? length : 3L * MEMORY_MAX; // Ours, and the two extents of who writes it on.
        this.memory = ByteBuffer.allocate(small ? (int) length : length < 0 ? MEMORY_MIN : MEMORY_MAX);
    }

    /**
     * Reads the body to its end, then hands it over on a thread that may block, from position 0 to the limit; it is
     * gone when the consumer returns. What the consumer throws becomes the answer.
     */
    static void collect(Exchange exchange, Consumer<ByteBuffer> consumer) {
        if (exchange.request().getLength() > Integer.MAX_VALUE) {
            throw tooLarge();
        }
        SpooledBody body = new SpooledBody(exchange, consumer);
        exchange.front().budget().take(body.budget);
        body.read();
    }

    private static CiaosRefusal tooLarge() {
        return BlobsFormat.bad("a FlatBuffer has at most 2147483647 bytes").closing();
    }

    private void read() {
        try {
            while (true) {
                Content.Chunk chunk = pending == null ? exchange.request().read() : pending;
                pending = null;
                if (chunk == null) {
                    exchange.request().demand(this::read);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    fail(chunk.getFailure());
                    return;
                }
                if (!take(chunk)) {
                    pending = chunk;
                    exchange.front().blocking().execute(this::spool);
                    return;
                }
                boolean last = chunk.isLast();
                chunk.release();
                if (last) {
                    exchange.bodyRead();
                    exchange.front().blocking().execute(this::finish);
                    return;
                }
            }
        } catch (RuntimeException failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        }
    }

    /** Moves what fits into memory; whether it was all. */
    private boolean take(Content.Chunk chunk) {
        ByteBuffer source = chunk.getByteBuffer();
        if (source.remaining() > memory.remaining() && memory.capacity() < MEMORY_MAX) {
            int wanted = Math.max(4 * memory.capacity(), memory.position() + source.remaining());
            memory = ByteBuffer.allocate(Math.min(MEMORY_MAX, wanted)).put(memory.flip());
        }
        int size = Math.min(source.remaining(), memory.remaining());
        memory.put(memory.position(), source, source.position(), size);
        memory.position(memory.position() + size);
        source.position(source.position() + size);
        return !source.hasRemaining();
    }

    /** Empties the memory into the file, then reads on. */
    private void spool() {
        try {
            append();
        } catch (RuntimeException failure) { // A thread boundary: the client must hear of it.
            fail(failure);
            return;
        } catch (IOException ofTheDisk) {
            fail(new UncheckedIOException(ofTheDisk));
            return;
        }
        read();
    }

    private void append() throws IOException {
        if (spooledBytes + memory.position() > Integer.MAX_VALUE) {
            throw tooLarge();
        }
        FileChannel channel = file;
        if (channel == null) {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    folder.resolve(UUID.randomUUID().toString()),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE);
            file = channel;
        }
        long reserve = exchange.front().settings().size(Setting.STORAGE_RESERVE);
        if (Files.getFileStore(folder).getUsableSpace() < reserve + memory.position()) {
            throw new CapacityException(ErrorCode.STORAGE_FULL, "The disk has less than storage.reserve free.");
        }
        memory.flip();
        spooledBytes += memory.remaining();
        while (memory.hasRemaining()) {
            channel.write(memory);
        }
        memory.clear();
    }

    private void finish() {
        try {
            if (file == null) {
                consumer.accept(memory.flip());
            } else {
                append();
                consumer.accept(file.map(FileChannel.MapMode.READ_ONLY, 0, spooledBytes));
            }
            close();
        } catch (RuntimeException failure) { // A thread boundary: the client must hear of it.
            fail(failure);
        } catch (IOException ofTheDisk) {
            fail(new UncheckedIOException(ofTheDisk));
        }
    }

    private void fail(Throwable failure) {
        close();
        exchange.fail(failure);
    }

    private void close() {
        if (closed) {
            return;
        }
        closed = true;
        Content.Chunk chunk = pending;
        if (chunk != null) {
            chunk.release();
        }
        exchange.front().budget().giveBack(budget);
        try (FileChannel channel = file) {
            if (channel != null) {
                channel.truncate(0); // A mapping may live on until it is collected; its blocks need not.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
