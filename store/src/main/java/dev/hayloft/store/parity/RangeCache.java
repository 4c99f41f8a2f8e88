package dev.hayloft.store.parity;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Ranges of volumes that were made again lately, so that a damaged object that many ask for is made once. Bounded in
 * bytes; what was not asked for longest goes first.
 *
 * <p><i>Threads:</i> any.
 */
final class RangeCache {
    private static final long BYTES_MAX = 8L << 20;
    private static final int RANGE_MAX = 2 << 20;

    private record Range(int volume, long offset, int length) {}

    private final Map<Range, byte[]> ranges = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    synchronized Optional<byte[]> find(int volume, long offset, int length) {
        return Optional.ofNullable(ranges.get(new Range(volume, offset, length)));
    }

    /** Keeps what stands in the buffer from position to limit, unless it is too long to be worth it. */
    void keep(int volume, long offset, ByteBuffer range) {
        int length = range.remaining();
        if (length > RANGE_MAX) {
            return;
        }
        byte[] copy = new byte[length];
        range.duplicate().get(copy);
        add(new Range(volume, offset, length), copy);
    }

    private synchronized void add(Range key, byte[] value) {
        byte[] before = ranges.put(key, value);
        bytes += value.length - (before == null ? 0 : before.length);
        var eldest = ranges.entrySet().iterator();
        while (bytes > BYTES_MAX && eldest.hasNext()) {
            bytes -= eldest.next().getValue().length;
            eldest.remove();
        }
    }

    synchronized void forget(int volume) {
        ranges.entrySet().removeIf(entry -> {
            boolean isOf = entry.getKey().volume() == volume;
            bytes -= isOf ? entry.getValue().length : 0;
            return isOf;
        });
    }
}
