package dev.hayloft.store.content;

import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A dictionary of zstd, ready for use. Its native memory goes with the last reference to it: somebody may be using it
 * when a bucket gets another.
 *
 * <p><i>Threads:</i> any.
 */
final class Dictionary {
    private final int number;
    private final byte[] bytes;
    private final ZstdDictDecompress decompressing;
    private final ConcurrentHashMap<Integer, ZstdDictCompress> compressing = new ConcurrentHashMap<>();

    /** Takes over the bytes, which must not change. */
    Dictionary(int number, byte[] bytes) {
        this.number = number;
        this.bytes = bytes;
        this.decompressing = new ZstdDictDecompress(bytes);
    }

    /** Which of its bucket's dictionaries, from 1. */
    int number() {
        return number;
    }

    /** For a level of zstd; the first call of each prepares it. */
    ZstdDictCompress compressing(int level) {
        return compressing.computeIfAbsent(level, each -> new ZstdDictCompress(bytes, each));
    }

    ZstdDictDecompress decompressing() {
        return decompressing;
    }
}
