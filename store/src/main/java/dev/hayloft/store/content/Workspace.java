package dev.hayloft.store.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Contexts and scratch memory of one thread at work. Frames of zstd carry no magic number, size or checksum: the needle
 * has all three.
 *
 * <p><i>Threads:</i> one at a time.
 */
final class Workspace implements AutoCloseable {
    /** Room for an extent of 1 MiB and its compressed form; a batch or a record may need more, now and then. */
    private static final int LARGE_SIZE = 4 << 20;

    private final ZstdCompressCtx compressor = compressor();
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx().setMagicless(true);
    private final ZstdCompressCtx withDictionary = compressor();
    private final ZstdDecompressCtx ofDictionary = new ZstdDecompressCtx().setMagicless(true);
    private final Deflater deflater = new Deflater(Compression.LEVEL_ZLIB);
    private final Inflater inflater = new Inflater();
    private ByteBuffer input = ByteBuffer.allocateDirect(0);
    private ByteBuffer output = ByteBuffer.allocateDirect(0);

    /** Compresses with zstd; the answer is the workspace's own, direct, valid until it is used again. */
    ByteBuffer zstd(ByteBuffer content, int level) {
        ByteBuffer source = direct(content);
        ByteBuffer target = output((int) Zstd.compressBound(source.remaining()));
        compressor.setLevel(level);
        int size = compressor.compressDirectByteBuffer(
                target, 0, target.capacity(), source, source.position(), source.remaining());
        return target.limit(size);
    }

    /** As {@link #zstd(ByteBuffer, int)}, with the number of a dictionary before it. */
    ByteBuffer zstd(ByteBuffer content, int level, Dictionary dictionary) {
        ByteBuffer source = direct(content);
        ByteBuffer target = output(Integer.BYTES + (int) Zstd.compressBound(source.remaining()));
        withDictionary.loadDict(dictionary.compressing(level)); // Which knows the level.
        int size = withDictionary.compressDirectByteBuffer(
                target,
                Integer.BYTES,
                target.capacity() - Integer.BYTES,
                source,
                source.position(),
                source.remaining());
        target.putInt(0, Integer.reverseBytes(dictionary.number()));
        return target.limit(Integer.BYTES + size);
    }

    private static ZstdCompressCtx compressor() {
        return new ZstdCompressCtx()
                .setMagicless(true)
                .setContentSize(false)
                .setChecksum(false)
                .setDictID(false);
    }

    /** Compresses with zlib; the answer is the workspace's own, or longer than {@code sizeMax} and then cut. */
    ByteBuffer zlib(ByteBuffer content, int sizeMax) {
        ByteBuffer target = output(sizeMax + 1).limit(sizeMax + 1);
        deflater.reset();
        deflater.setInput(content.duplicate());
        deflater.finish();
        while (!deflater.finished() && target.hasRemaining()) {
            deflater.deflate(target);
        }
        return target.flip();
    }

    /** Undoes {@link #zstd(ByteBuffer, int)}: fills content, which is on the heap and left as a buffer. */
    void unzstd(ByteBuffer payload, ByteBuffer content) {
        unzstd(decompressor, payload, content);
    }

    /** Undoes {@link #zstd(ByteBuffer, int, Dictionary)}; the number has been read. */
    void unzstd(ByteBuffer payload, ByteBuffer content, Dictionary dictionary) {
        ofDictionary.loadDict(dictionary.decompressing());
        unzstd(ofDictionary, payload, content);
    }

    private void unzstd(ZstdDecompressCtx context, ByteBuffer payload, ByteBuffer content) {
        ByteBuffer source = direct(payload);
        try {
            int size = context.decompressDirectByteBufferToByteArray(
                    content.array(),
                    content.arrayOffset() + content.position(),
                    content.remaining(),
                    source,
                    source.position(),
                    source.remaining());
            requireWhole(content, size);
        } catch (ZstdException e) {
            throw new CorruptionException("A needle's payload cannot be decompressed.", e);
        }
    }

    /** Undoes {@link #zlib}: fills content, which is left as a buffer. */
    void unzlib(ByteBuffer payload, ByteBuffer content) {
        inflater.reset();
        inflater.setInput(payload.duplicate());
        try {
            int size = inflater.inflate(content.duplicate());
            boolean ended = inflater.finished() || inflater.inflate(new byte[1]) == 0 && inflater.finished();
            requireWhole(content, ended ? size : -1);
        } catch (DataFormatException e) {
            throw new CorruptionException("A needle's payload cannot be decompressed.", e);
        }
    }

    private static void requireWhole(ByteBuffer content, int size) {
        if (size != content.remaining()) {
            throw new CorruptionException("A needle's payload decompresses to another size than it says.")
                    .with("expected", content.remaining())
                    .with("bytes", size);
        }
    }

    private ByteBuffer direct(ByteBuffer bytes) {
        if (bytes.isDirect()) {
            return bytes;
        }
        if (input.capacity() < bytes.remaining()) {
            input = ByteBuffer.allocateDirect(roomy(bytes.remaining()));
        }
        return input.clear().put(bytes.duplicate()).flip();
    }

    private ByteBuffer output(int size) {
        if (output.capacity() < size) {
            output = ByteBuffer.allocateDirect(roomy(size));
        }
        return output.clear();
    }

    /** Whether it holds more memory than one that nobody needs should. */
    boolean isLarge() {
        return input.capacity() + output.capacity() > LARGE_SIZE;
    }

    private static int roomy(int size) {
        return Math.max(64 << 10, Integer.highestOneBit(Math.max(1, size - 1)) << 1);
    }

    @Override
    public void close() {
        compressor.close();
        decompressor.close();
        withDictionary.close();
        ofDictionary.close();
        deflater.end();
        inflater.end();
    }
}
