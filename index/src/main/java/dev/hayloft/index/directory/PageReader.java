package dev.hayloft.index.directory;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryPage;
import dev.hayloft.index.DirectoryQuery;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads one page of a listing. A prefix costs one seek, however many keys are below it.
 *
 * <p><i>Threads:</i> one, once.
 */
public final class PageReader {
    private static final int NOT_FOUND = -1;

    private final DirectoryQuery query;
    private final long nowMillis;
    private final byte[] prefix;
    private final byte[] delimiter; // Empty: none.
    private final List<DirectoryEntry> entries = new ArrayList<>();
    private final List<ByteBuffer> prefixes = new ArrayList<>();

    /**
     * A reader of the page that answers the query.
     *
     * @param nowMillis entries that expire at this time or before are not there
     */
    public PageReader(DirectoryQuery query, long nowMillis) {
        this.query = query;
        this.nowMillis = nowMillis;
        this.prefix = DirectoryFormat.key(query.bucketId(), query.prefix());
        this.delimiter = query.delimiter().map(PageReader::bytes).orElse(new byte[0]);
    }

    public DirectoryPage read(RocksFolder rocks) {
        byte[] start = start(query.bucketId(), query.prefix(), query.after());
        int rolled = rolledSize(start);
        try (RocksWalk walk = rocks.walk(DirectoryFormat.prefixEnd(prefix, prefix.length))) {
            // A prefix that does not sort after `after` does not come again, nor does anything below it.
            boolean below = rolled != NOT_FOUND && query.after().hasRemaining() && rolled < start.length;
            walk.seek(below ? DirectoryFormat.prefixEnd(start, rolled) : start);
            Optional<ByteBuffer> last = Optional.empty();
            while (skip(walk)) {
                if (entries.size() + prefixes.size() == query.limit()) {
                    return new DirectoryPage(entries, prefixes, last);
                }
                last = Optional.of(take(walk));
            }
            return new DirectoryPage(entries, prefixes, Optional.empty());
        }
    }

    /** The least key that may be answered: the prefix itself, or the one right after {@code after}. */
    static byte[] start(int bucketId, ByteBuffer prefix, ByteBuffer after) {
        byte[] first = DirectoryFormat.key(bucketId, prefix);
        if (!after.hasRemaining()) {
            return first;
        }
        byte[] last = DirectoryFormat.key(bucketId, after);
        if (Arrays.compareUnsigned(last, first) < 0) {
            return first;
        }
        return Arrays.copyOf(last, last.length + 1);
    }

    /** Moves over what is not to be answered; whether it stands on a key then. */
    private boolean skip(RocksWalk walk) {
        while (walk.isValid()) {
            boolean hidden = !query.markers() && DirectoryFormat.marker(walk.value());
            if (!hidden && !isExpired(walk.key(), walk.value(), nowMillis)) {
                return true;
            }
            walk.next();
        }
        return false;
    }

    static boolean isExpired(byte[] key, byte[] value, long nowMillis) {
        return DirectoryFormat.expires(value)
                && DirectoryFormat.entry(key, value).expiresAtMillis().orElse(Long.MAX_VALUE) <= nowMillis;
    }

    /** Takes the key under the walk, or the prefix that it is rolled up to, and moves on. */
    private ByteBuffer take(RocksWalk walk) {
        byte[] key = walk.key();
        int rolled = rolledSize(key);
        if (rolled == NOT_FOUND) {
            DirectoryEntry entry = DirectoryFormat.entry(key, walk.value());
            entries.add(entry);
            walk.next();
            return entry.key();
        }
        ByteBuffer common = DirectoryFormat.objectKey(Arrays.copyOf(key, rolled));
        prefixes.add(common);
        walk.seek(DirectoryFormat.prefixEnd(key, rolled));
        return common;
    }

    /** Where the first delimiter behind the prefix ends. */
    private int rolledSize(byte[] key) {
        if (delimiter.length == 0) {
            return NOT_FOUND;
        }
        for (int at = prefix.length; at + delimiter.length <= key.length; at++) {
            if (Arrays.equals(key, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return at + delimiter.length;
            }
        }
        return NOT_FOUND;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
