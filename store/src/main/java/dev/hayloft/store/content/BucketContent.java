package dev.hayloft.store.content;

import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;

/**
 * One bucket's way from content to stored bytes and back. What is written follows the settings of the moment, what is
 * read follows the needle: so settings may change at any time.
 *
 * <p><i>Threads:</i> any.
 */
public final class BucketContent {
    /** What a thread that serves others compresses by itself. */
    private static final int INLINE_SIZE_MAX = 64 << 10;

    private final Compressors compressors;

    public BucketContent(Compressors compressors) {
        this.compressors = compressors;
    }

    /** Whether encoding would hold up a thread that serves others. */
    public boolean isSlow(String compression, int sizeBytes) {
        Compression parsed = parse(compression);
        return parsed.kind() != Compression.Kind.NONE && (sizeBytes > INLINE_SIZE_MAX || parsed.isSlow());
    }

    /**
     * Encodes content that fits one needle.
     *
     * @param compression the bucket's setting
     * @param content from position to limit, left as it is; the answer may stand on it
     */
    public Encoded encode(String compression, String contentType, ByteBuffer content) {
        return compressors.compress(parse(compression), contentType, content);
    }

    /**
     * The same on a thread that serves others: a setting that would hold them up gives way to one that does not.
     */
    public Encoded encodeBriskly(String compression, String contentType, ByteBuffer content) {
        return compressors.compress(parse(compression).brisk(), contentType, content);
    }

    private static Compression parse(String compression) {
        return Compression.parse(compression)
                .orElseThrow(() -> new IllegalStateException("a bucket's compression is checked when it is set"));
    }

    /**
     * The content of a needle that is no manifest: its payload where it is stored raw, else memory of its own.
     *
     * @throws CorruptionException when the payload is not what the needle's head says
     */
    public ByteBuffer decode(NeedleView needle) {
        if (needle.coding().isRaw()) {
            return needle.payload();
        }
        if (needle.contentSize() > FrameFormat.SIZE_MAX) {
            throw new CorruptionException("A needle says that it holds more than a needle can.")
                    .with("bytes", needle.contentSize());
        }
        return compressors.decompress(needle.coding().codec(), needle.payload(), (int) needle.contentSize());
    }
}
