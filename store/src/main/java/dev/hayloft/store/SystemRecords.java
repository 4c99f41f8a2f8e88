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
import dev.hayloft.store.folder.RecordsCopy;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Small records of the store itself (buckets, reservations) as objects of the system partition's bucket 0: text of
 * lines {@code name=value}, so that crash safety comes with the log. All but those that may go are kept a second time,
 * and what the log does not give any more is put back from there.
 *
 * <p><i>Threads:</i> any; every write is durable at return.
 */
final class SystemRecords {
    private static final Logger LOG = System.getLogger(SystemRecords.class.getName());

    /** A record that is larger is refused: each is read as a whole at a start, and stands in one frame. */
    static final int SIZE_MAX = 4 << 20;

    /** Names of the records of jobs begin with this. */
    static final String JOBS = "job/";

    /** The reservation of versions. */
    static final String VERSIONS = "counter/versions";

    private static final BucketGate GATE = new BucketGate(0);
    private static final int LOOKS_MAX = 3;
    private static final String LOST = "A record of the system partition that the store needs is lost or damaged. If"
            + " store.key was replaced, put the right one back; else put the folder \"system\" back from a backup."
            + " Nothing was deleted.";

    /** The second copy takes one part of the time in so many. */
    private static final int COPY_SHARE = 100;

    private static final long COPY_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Partition partition;
    private final RecordsCopy copy;
    private final LongAdder restored = new LongAdder();

    /** Names that are in the copy and should not be there any more; guarded by itself. */
    private final Set<String> deleted = new HashSet<>();

    private final AtomicBoolean isCopyBehind = new AtomicBoolean(true);
    private long copyRestsUntilNanos = System.nanoTime();

    private SystemRecords(Partition partition, RecordsCopy copy) {
        this.partition = partition;
        this.copy = copy;
    }

    /** Those of this partition; what it has lost, or does not have yet, is put back from the copy. */
    static SystemRecords open(Partition partition, RecordsCopy copy) {
        SystemRecords records = new SystemRecords(partition, copy);
        records.restoreMissing();
        return records;
    }

    private void restoreMissing() {
        long sequence = copy.sequence().orElse(-1L);
        boolean isOlder = sequence > partition.publishedSequence();
        if (!isOlder && !areDamaged()) {
            return;
        }
        Futures.await(partition.whenListed());
        List<String> missing = new ArrayList<>();
        copy.forEach((name, version, text) -> {
            Optional<DirectoryEntry> line = find(name);
            if (line.isEmpty() || isOlder && line.get().version() < version) {
                write(name, text);
                missing.add(name);
            }
        });
        if (!missing.isEmpty()) {
            restored.add(missing.size());
            LOG.log(
                    Level.WARNING,
                    "The system partition {0}; these records were put back from their copy: {1}",
                    isOlder ? "is older than the copy of its records, or was lost" : "is damaged",
                    String.join(", ", missing));
        }
    }

    /** Writes the copy anew if records have changed since, and not too often; one thread. */
    void keepCopy() {
        if (System.nanoTime() - copyRestsUntilNanos >= 0) {
            settleCopy();
        }
    }

    /** Writes the copy anew if records have changed since; one thread. */
    void settleCopy() {
        if (!isCopyBehind.getAndSet(false)) {
            return;
        }
        long start = System.nanoTime();
        boolean isWritten = false;
        try {
            writeCopy();
            isWritten = true;
        } finally {
            long end = System.nanoTime();
            copyRestsUntilNanos = end + (isWritten ? COPY_SHARE * (end - start) : COPY_AGAIN_NANOS);
            if (!isWritten) {
                isCopyBehind.set(true);
            }
        }
    }

    private void writeCopy() {
        Set<String> gone;
        synchronized (deleted) {
            gone = Set.copyOf(deleted);
        }
        copy.write(partition.publishedSequence(), sink -> {
            forEachName("", name -> {
                try {
                    Optional<Written> record = isCopied(name) ? listed(name) : Optional.empty();
                    if (record.isPresent()) {
                        sink.take(name, record.get().version(), record.get().text());
                    }
                } catch (CorruptionException lost) {
                    LOG.log(Level.DEBUG, "A record is in no copy any more.", lost);
                }
            });
            if (areDamaged()) { // What is not listed may be lost since, and not deleted.
                copy.forEach((name, version, text) -> {
                    if (find(name).isEmpty() && !gone.contains(name)) {
                        sink.take(name, version, text);
                    }
                });
            }
        });
        synchronized (deleted) {
            deleted.removeAll(gone);
        }
    }

    private static boolean isCopied(String name) {
        return !name.startsWith(JOBS) && !name.equals(VERSIONS);
    }

    private void noteChange(String name) {
        if (isCopied(name)) {
            isCopyBehind.set(true);
        }
    }

    /** Puts back every record that cannot be read from the copy, if that has it; answers how many. */
    long restoreDamaged() {
        long before = restored.sum();
        readReadable("");
        return restored.sum() - before;
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
        write(name, text.toString());
        synchronized (deleted) {
            deleted.remove(name);
        }
        noteChange(name);
    }

    private void write(String name, String text) {
        ByteBuffer payload = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
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
        if (isCopied(name)) {
            synchronized (deleted) {
                deleted.add(name);
            }
        }
        noteChange(name);
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
            listed(name).ifPresent(record -> records.put(name.substring(prefix.length()), record.fields()));
        }
        return records;
    }

    /** As {@link #readAll}, of records that the store can do without: one warning names those that cannot be read. */
    Map<String, Properties> readReadable(String prefix) {
        Map<String, Properties> records = new TreeMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String name : names(prefix)) {
            try {
                listed(name).ifPresent(record -> records.put(name.substring(prefix.length()), record.fields()));
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
        List<String> names = new ArrayList<>();
        try {
            forEachName(prefix, names::add);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return names;
    }

    private interface NameSink {
        void take(String name) throws IOException;
    }

    private void forEachName(String prefix, NameSink sink) throws IOException {
        Futures.await(partition.whenListed());
        ByteBuffer prefixBytes = ByteBuffer.wrap(prefix.getBytes(StandardCharsets.UTF_8));
        try (DirectoryCursor cursor =
                partition.directory().cursor(GATE.bucketId(), prefixBytes, ByteBuffer.allocate(0))) {
            while (cursor.hasNext()) {
                sink.take(ObjectKey.ofUtf8(cursor.next().key()).toString());
            }
        }
    }

    private Optional<DirectoryEntry> find(String name) {
        return partition.directory().find(GATE.bucketId(), ObjectKey.of(name).utf8());
    }

    /**
     * One record that the store needs to keep data right.
     *
     * @throws CorruptionException when it is listed and cannot be read as it was last written
     */
    Optional<Properties> readNeeded(String name) {
        return listed(name).map(Written::fields).or(() -> read(name));
    }

    /** A record that the directory lists; the index knows each change first, and so nothing older than that. */
    private Optional<Written> listed(String name) {
        ObjectKey key = ObjectKey.of(name);
        long listedVersion = 0;
        try {
            for (int look = 0; look < LOOKS_MAX; look++) {
                Optional<DirectoryEntry> line = find(name);
                if (line.isEmpty()) {
                    return Optional.empty();
                }
                listedVersion = line.get().version();
                Optional<Written> record = readRecord(key);
                if (record.isPresent() && record.get().version() >= listedVersion) {
                    return record;
                }
                Futures.await(partition.whenListed()); // It may have been deleted between the two.
            }
        } catch (CorruptionException | UncheckedIOException e) {
            return Optional.of(restored(name, listedVersion, e));
        }
        return Optional.of(restored(name, listedVersion, new CorruptionException("The index does not have it.")));
    }

    /** A record that the log does not give, from the copy; it is written to the log once more. */
    private Written restored(String name, long version, RuntimeException cause) {
        List<Written> found = new ArrayList<>();
        copy.forEach((other, otherVersion, text) -> {
            if (other.equals(name) && otherVersion >= version) {
                found.add(new Written(otherVersion, text));
            }
        });
        if (found.isEmpty()) {
            throw new CorruptionException(LOST, cause).with("record", name);
        }
        LOG.log(
                Level.WARNING,
                "The record " + name + " of the system partition is lost or damaged: it was put back from its copy.",
                cause);
        write(name, found.get(0).text());
        restored.increment();
        return found.get(0);
    }

    /** One record. */
    Optional<Properties> read(String name) {
        try {
            return readRecord(ObjectKey.of(name)).map(Written::fields);
        } catch (CorruptionException damaged) {
            return listed(name).map(Written::fields);
        }
    }

    private record Written(long version, String text) {
        Properties fields() {
            Properties fields = new Properties();
            try {
                fields.load(new StringReader(text));
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            return fields;
        }
    }

    private Optional<Written> readRecord(ObjectKey key) {
        Optional<OpenNeedle> found = partition.reader().read(GATE.bucketId(), key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (OpenNeedle needle = found.get()) {
            String text = StandardCharsets.UTF_8.decode(needle.view().payload()).toString();
            return Optional.of(new Written(needle.location().version(), text));
        }
    }
}
