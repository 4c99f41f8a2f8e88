package dev.hayloft.store.content;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Small objects of a bucket, in memory, from which a dictionary is to be made.
 *
 * <p><i>Threads:</i> under its bucket's lock.
 */
final class Samples {
    /** What a dictionary of full size needs, and what trying it needs. */
    static final int BYTES_MAX = 2 << 20;

    static final int BYTES_MIN = 64 << 10;
    static final int COUNT_MIN = 100;

    /** A bucket that is seldom written to is not waited for any longer. */
    static final long PATIENCE_MILLIS = 60_000;

    private final List<byte[]> contents = new ArrayList<>();
    private final int stride;
    private int offered;
    private int bytes;
    private boolean sealed;
    private long watchedSince = -1;

    /**
     * None yet.
     *
     * @param stride one in how many objects to take
     */
    Samples(int stride) {
        this.stride = stride;
    }

    /** Takes a copy of content, now and then. */
    void offer(ByteBuffer content, boolean encrypted, DictionaryWatch watch) {
        if (offered++ % stride != 0 || isFull() || !watch.admitSample(content.remaining())) {
            return;
        }
        byte[] copy = new byte[content.remaining()];
        content.get(content.position(), copy);
        contents.add(copy);
        bytes += copy.length;
        sealed |= encrypted;
    }

    boolean isFull() {
        return bytes >= BYTES_MAX;
    }

    /** Whether there are as many as there need be, or there are some, and no more come. */
    boolean areEnough(long nowMillis) {
        if (watchedSince < 0) {
            watchedSince = nowMillis;
        }
        return isFull() || (isLate(nowMillis) && bytes >= BYTES_MIN && contents.size() >= COUNT_MIN);
    }

    boolean isLate(long nowMillis) {
        return watchedSince >= 0 && nowMillis - watchedSince >= PATIENCE_MILLIS;
    }

    int bytes() {
        return bytes;
    }

    /** Whether one of them was of an encrypted object. */
    boolean areSealed() {
        return sealed;
    }

    List<byte[]> contents() {
        return List.copyOf(contents);
    }
}
