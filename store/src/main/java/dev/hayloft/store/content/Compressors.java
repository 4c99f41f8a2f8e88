package dev.hayloft.store.content;

import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.NeedleFormat;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Compresses and decompresses. Content that does not get shorter is stored as it is.
 *
 * <p><i>Threads:</i> any; each call borrows a workspace.
 */
public final class Compressors implements AutoCloseable {
    private static final int WORKSPACES_MAX = 16;

    /** Under {@code auto} less than a sixteenth saved is not worth what reading it costs. */
    private static final int SAVING_SHIFT = 4;

    private final ArrayBlockingQueue<Workspace> idle = new ArrayBlockingQueue<>(WORKSPACES_MAX);
    private final ContentMemory.Pool memory = new ContentMemory.Pool();
    private final LongAdder contentBytes = new LongAdder();
    private final LongAdder storedBytes = new LongAdder();
    private volatile boolean closed; // Set once by close; a workspace that comes back later is closed at once.

    /**
     * Content as the setting wants it stored.
     *
     * @param dictionary what its bucket has for such content
     */
    Encoded compress(Compression compression, String contentType, ByteBuffer content, Optional<Dictionary> dictionary) {
        if (dictionary.isPresent()) {
            return compress(compression, contentType, content, dictionary.get());
        }
        ByteBuffer payload =
                switch (compression.kind()) {
                    case NONE -> content;
                    case AUTO -> auto(compression, contentType, content);
                    case ZSTD -> zstd(compression.level(), content, content.remaining());
                    case ZLIB -> zlib(content);
                };
        contentBytes.add(content.remaining());
        storedBytes.add(payload.remaining());
        if (payload.remaining() == content.remaining()) { // Whatever was compressed is shorter.
            return new Encoded(content, Coding.RAW);
        }
        byte codec = compression.kind() == Compression.Kind.ZLIB ? NeedleFormat.CODEC_ZLIB : NeedleFormat.CODEC_ZSTD;
        return new Encoded(payload, new Coding(codec, false, false));
    }

    private Encoded compress(Compression compression, String contentType, ByteBuffer content, Dictionary dictionary) {
        Encoded encoded = compressAgain(compression, contentType, content, dictionary);
        contentBytes.add(content.remaining());
        storedBytes.add(encoded.payload().remaining());
        return encoded;
    }

    /** Content that was stored before, and has been counted, as the setting wants it stored now. */
    Encoded compressAgain(Compression compression, String contentType, ByteBuffer content, Dictionary dictionary) {
        boolean isAuto = compression.kind() == Compression.Kind.AUTO;
        int size = content.remaining();
        ByteBuffer payload = isAuto && !Sampling.isPromisingWithDictionary(contentType, content)
                ? content
                : zstd(
                        compression.levelWithDictionary(),
                        content,
                        isAuto ? size - (size >> SAVING_SHIFT) : size,
                        dictionary);
        return payload.remaining() == size
                ? new Encoded(content, Coding.RAW)
                : new Encoded(payload, new Coding(NeedleFormat.CODEC_ZSTD_DICTIONARY, false, false));
    }

    private ByteBuffer zstd(int level, ByteBuffer content, int belowSize, Dictionary dictionary) {
        Workspace workspace = borrow();
        try {
            ByteBuffer compressed = workspace.zstd(content, level, dictionary);
            return compressed.remaining() < belowSize ? copy(compressed) : content;
        } finally {
            giveBack(workspace);
        }
    }

    /** What these objects would take. */
    DictionaryFacts.Trial trial(List<byte[]> contents, int level, Optional<Dictionary> dictionary) {
        long raw = 0;
        long plain = 0;
        long stored = 0;
        for (byte[] bytes : contents) {
            ByteBuffer content = ByteBuffer.wrap(bytes);
            raw += bytes.length;
            int plainSize = zstd(level, content, bytes.length).remaining();
            plain += plainSize;
            stored += dictionary.isPresent()
                    ? zstd(level, content, bytes.length, dictionary.get()).remaining()
                    : plainSize;
        }
        return new DictionaryFacts.Trial(raw, plain, stored);
    }

    private ByteBuffer auto(Compression compression, String contentType, ByteBuffer content) {
        if (!Sampling.isPromising(contentType, content)) {
            return content;
        }
        int size = content.remaining();
        return zstd(compression.level(), content, size - (size >> SAVING_SHIFT));
    }

    private ByteBuffer zstd(int level, ByteBuffer content, int belowSize) {
        if (!content.hasRemaining()) {
            return content;
        }
        Workspace workspace = borrow();
        try {
            ByteBuffer compressed = workspace.zstd(content, level);
            return compressed.remaining() < belowSize ? copy(compressed) : content;
        } finally {
            giveBack(workspace);
        }
    }

    private ByteBuffer zlib(ByteBuffer content) {
        if (!content.hasRemaining()) {
            return content;
        }
        Workspace workspace = borrow();
        try {
            ByteBuffer compressed = workspace.zlib(content, content.remaining() - 1);
            return compressed.remaining() < content.remaining() ? copy(compressed) : content;
        } finally {
            giveBack(workspace);
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    /**
     * The content of a payload that was compressed.
     *
     * @throws CorruptionException when the payload is not what its codec says
     */
    ByteBuffer decompress(byte codec, ByteBuffer payload, ByteBuffer content) {
        Workspace workspace = borrow();
        try {
            switch (codec) {
                case NeedleFormat.CODEC_ZSTD -> workspace.unzstd(payload, content);
                case NeedleFormat.CODEC_ZLIB -> workspace.unzlib(payload, content);
                default ->
                    throw new CorruptionException("A needle needs a codec that its bucket has not.")
                            .with("codec", codec);
            }
            return content.asReadOnlyBuffer();
        } finally {
            giveBack(workspace);
        }
    }

    /** As {@link #decompress(byte, ByteBuffer, ByteBuffer)}, where the payload has told which dictionary it needs. */
    ByteBuffer decompress(Dictionary dictionary, ByteBuffer payload, ByteBuffer content) {
        Workspace workspace = borrow();
        try {
            workspace.unzstd(payload, content, dictionary);
            return content.asReadOnlyBuffer();
        } finally {
            giveBack(workspace);
        }
    }

    /** For a reader that decodes content; large content is decoded into it. */
    ContentMemory memory() {
        return memory.memory();
    }

    private Workspace borrow() {
        Workspace workspace = idle.poll();
        return workspace == null ? new Workspace() : workspace;
    }

    private void giveBack(Workspace workspace) {
        if (workspace.isLarge() || !idle.offer(workspace)) {
            workspace.close();
        } else if (closed) {
            close(); // It may have come too late for close to see it.
        }
    }

    /** Bytes of content that came by since the start. */
    public long contentBytes() {
        return contentBytes.sum();
    }

    /** Bytes that were stored for them. */
    public long storedBytes() {
        return storedBytes.sum();
    }

    /** Frees what is idle, and from now on what comes back. */
    @Override
    public void close() {
        closed = true;
        for (Workspace workspace = idle.poll(); workspace != null; workspace = idle.poll()) {
            workspace.close();
        }
    }
}
