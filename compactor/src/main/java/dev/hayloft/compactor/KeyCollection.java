package dev.hayloft.compactor;

import dev.hayloft.index.KeyHash;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys, and a filter over them that grows as they become more.
 *
 * <p><i>Threads:</i> confined to one thread.
 */
final class KeyCollection {
    private static final int KEYS_MIN = 1 << 12;

    private final List<KeyHash> keys = new ArrayList<>(); // For a filter twice as large.
    private KeyFilter filter = new KeyFilter(KEYS_MIN);

    void add(KeyHash key) {
        keys.add(key);
        filter.add(key);
        if (filter.isFull()) {
            filter = new KeyFilter(2L * keys.size());
            keys.forEach(filter::add);
        }
    }

    void addAll(KeyCollection others) {
        others.keys.forEach(this::add);
    }

    boolean mayContain(KeyHash key) {
        return filter.mayContain(key);
    }
}
