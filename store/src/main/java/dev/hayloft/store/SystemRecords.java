package dev.hayloft.store;

import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.KeyHash;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.partition.BucketGate;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.OpenNeedle;
import dev.hayloft.store.partition.Partition;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
    /** A record that is larger is refused: each is read as a whole at a start, and stands in one frame. */
    static final int SIZE_MAX = 4 << 20;

    private static final BucketGate GATE = new BucketGate(0);

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

    private KeyHash hash(ObjectKey key) {
        return partition.reader().hash(GATE.bucketId(), key);
    }

    private void submit(Mutation mutation) {
        Futures.await(partition.submit(mutation));
    }

    /** All records whose name begins with the prefix, by name without it. */
    Map<String, Properties> readAll(String prefix) {
        Futures.await(partition.whenListed());
        Map<String, Properties> records = new TreeMap<>();
        ByteBuffer prefixBytes = ByteBuffer.wrap(prefix.getBytes(StandardCharsets.UTF_8));
        try (DirectoryCursor cursor =
                partition.directory().cursor(GATE.bucketId(), prefixBytes, ByteBuffer.allocate(0))) {
            while (cursor.hasNext()) {
                ObjectKey key = ObjectKey.ofUtf8(cursor.next().key());
                read(key).ifPresent(record -> records.put(key.toString().substring(prefix.length()), record));
            }
        }
        return records;
    }

    /** One record. */
    Optional<Properties> read(String name) {
        return read(ObjectKey.of(name));
    }

    private Optional<Properties> read(ObjectKey key) {
        Optional<OpenNeedle> found = partition.reader().read(GATE.bucketId(), key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (OpenNeedle needle = found.get()) {
            Properties fields = new Properties();
            fields.load(new StringReader(
                    StandardCharsets.UTF_8.decode(needle.view().payload()).toString()));
            return Optional.of(fields);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
