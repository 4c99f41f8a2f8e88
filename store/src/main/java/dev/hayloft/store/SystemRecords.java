package dev.hayloft.store;

import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.IndexGaps;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.OpenNeedle;
import dev.hayloft.store.partition.Partition;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Small records of the store itself (buckets, reservations) as objects of the system partition's bucket 0: text of
 * lines {@code name=value}, so that crash safety comes with the log.
 *
 * <p><i>Threads:</i> any; every write is durable at return.
 */
final class SystemRecords {
    private static final Logger LOG = System.getLogger(SystemRecords.class.getName());

    /** A record that is larger is refused: each is read as a whole at a start, and stands in one frame. */
    static final int SIZE_MAX = 4 << 20;

    private static final BucketGate GATE = new BucketGate(0);
    private static final int LOOKS_MAX = 3;
    private static final String LOST = "A record of the system partition that the store needs is lost or damaged. If"
            + " store.key was replaced, put the right one back; else put the folder \"system\" back from a backup."
            + " Nothing was deleted.";

    private final Partition partition;

    SystemRecords(Partition partition) {
        this.partition = partition;
    }

    /**
     * Puts or replaces a record.
     *
     * @throws RequestException {@code too-large} above {@value #SIZE_MAX} bytes
     */
    void write(String name, Map<String, String> fields) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(fields)
                .forEach((field, value) ->
                        text.append(field).append('=').append(value).append('\n'));
        ByteBuffer payload = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        if (payload.remaining() > SIZE_MAX) {
            throw new RequestException(ErrorCode.TOO_LARGE, "A record of the store's own is too large.")
                    .with("record", name)
                    .with("bytes", payload.remaining())
                    .with("maximum", SIZE_MAX);
        }
        ObjectKey key = ObjectKey.of(name);
        Mutation.Content content = new Mutation.Content(
                ByteBuffer.allocate(0), payload, false, payload.remaining(), Optional.of(Sha256.of(payload)));
        submit(new Mutation.Put(GATE, hash(key), key.utf8(), Mutation.ANY, Durability.DISK, content));
    }

    void delete(String name) {
        ObjectKey key = ObjectKey.of(name);
        submit(new Mutation.Delete(GATE, hash(key), key.utf8(), Mutation.ANY, Durability.DISK));
    }

    /**
     * Whether records may be missing: bytes of the system partition are known to be damaged, or were when its index was
     * built. Any thread.
     */
    boolean areDamaged() {
        return partition.parity().isAnyDamaged() || !IndexGaps.of(partition).isEmpty();
    }

    private KeyHash hash(ObjectKey key) {
        return partition.reader().hash(GATE.bucketId(), key);
    }

    private void submit(Mutation mutation) {
        Futures.await(partition.submit(mutation));
    }

    /**
     * All records whose name begins with the prefix, by name without it: records that the store needs to keep data
     * right, so that none is passed over.
     *
     * @throws CorruptionException when one that is listed cannot be read as it was last written
     */
    Map<String, Properties> readAll(String prefix) {
        Map<String, Properties> records = new TreeMap<>();
        for (String name : names(prefix)) {
            readListed(name).ifPresent(record -> records.put(name.substring(prefix.length()), record));
        }
        return records;
    }

    /** As {@link #readAll}, of records that the store can do without: one warning names those that cannot be read. */
    Map<String, Properties> readReadable(String prefix) {
        Map<String, Properties> records = new TreeMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String name : names(prefix)) {
            try {
                readListed(name).ifPresent(record -> records.put(name.substring(prefix.length()), record));
            } catch (CorruptionException e) {
                unreadable.add(name);
            }
        }
        if (!unreadable.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Records of the system partition are lost or damaged, and the store goes on without them: {0}",
                    String.join(", ", unreadable));
        }
        return records;
    }

    /** The names of all records that begin with the prefix, whether they can be read or not. */
    List<String> names(String prefix) {
        Futures.await(partition.whenListed());
        List<String> names = new ArrayList<>();
        ByteBuffer prefixBytes = ByteBuffer.wrap(prefix.getBytes(StandardCharsets.UTF_8));
        try (DirectoryCursor cursor =
                partition.directory().cursor(GATE.bucketId(), prefixBytes, ByteBuffer.allocate(0))) {
            while (cursor.hasNext()) {
                names.add(ObjectKey.ofUtf8(cursor.next().key()).toString());
            }
        }
        return names;
    }

    /**
     * One record that the store needs to keep data right.
     *
     * @throws CorruptionException when it is listed and cannot be read as it was last written
     */
    Optional<Properties> readNeeded(String name) {
        return readListed(name).or(() -> read(name));
    }

    /** A record that the directory lists; the index knows each change first, and so nothing older than that. */
    private Optional<Properties> readListed(String name) {
        ObjectKey key = ObjectKey.of(name);
        try {
            for (int look = 0; look < LOOKS_MAX; look++) {
                Optional<DirectoryEntry> line = partition.directory().find(GATE.bucketId(), key.utf8());
                if (line.isEmpty()) {
                    return Optional.empty();
                }
                Optional<Written> record = readRecord(key);
                if (record.filter(found -> found.version() >= line.get().version())
                        .isPresent()) {
                    return record.map(Written::fields);
                }
                Futures.await(partition.whenListed()); // It may have been deleted between the two.
            }
        } catch (CorruptionException | UncheckedIOException e) {
            throw new CorruptionException(LOST, e).with("record", name);
        }
        throw new CorruptionException(LOST).with("record", name);
    }

    /** One record. */
    Optional<Properties> read(String name) {
        return readRecord(ObjectKey.of(name)).map(Written::fields);
    }

    private record Written(long version, Properties fields) {}

    private Optional<Written> readRecord(ObjectKey key) {
        Optional<OpenNeedle> found = partition.reader().read(GATE.bucketId(), key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (OpenNeedle needle = found.get()) {
            Properties fields = new Properties();
            fields.load(new StringReader(
                    StandardCharsets.UTF_8.decode(needle.view().payload()).toString()));
            return Optional.of(new Written(needle.location().version(), fields));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
