package dev.hayloft.api.http;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Names for requests: 16 hex digits, half of them this run's, half a count. */
public final class RequestIds {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final char[] prefix = new char[8];
    private final AtomicInteger count = new AtomicInteger();

    public RequestIds(SplittableRandom random) {
        put(random.nextInt(), prefix, 0);
    }

    /** A name that this run has not given before. */
    public String next() {
        char[] id = new char[16];
        System.arraycopy(prefix, 0, id, 0, 8);
        put(count.getAndIncrement(), id, 8);
        return new String(id);
    }

    private static void put(int value, char[] target, int from) {
        for (int i = 0; i < 8; i++) {
            target[from + i] = HEX[(value >>> (28 - 4 * i)) & 15];
        }
    }
}
