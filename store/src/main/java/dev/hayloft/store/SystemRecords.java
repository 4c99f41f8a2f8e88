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
import dev.hayloft.store.partition.VersionClock;
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
import java.util.OptionalLong;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

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

    private final Partition partition;
    private final VersionClock versions;
    private final RecordsKeeper keeper;

    private SystemRecords(Partition partition, VersionClock versions, RecordsCopy copy) {
        this.partition = partition;
        this.versions = versions;
        this.keeper = new RecordsKeeper(this, copy);
    }

    /**
     * Those of this partition; what it has lost, or does not have yet, is put back from the copy.
     *
     * @param versions the partition's own
     */
    static SystemRecords open(Partition partition, VersionClock versions, RecordsCopy copy) {
        SystemRecords records = new SystemRecords(partition, versions, copy);
        records.keeper.restoreMissing();
        return records;
    }

    /** Keeps the second copy, and restores from it. */
    RecordsKeeper keeper() {
        return keeper;
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
        keeper.change(name, () -> Futures.await(put(name, text.toString())));
    }

    /** Writes changes that belong together: a copy of the records has all of them, or none. */
    void together(Runnable changes) {
        keeper.together(() -> {
            changes.run();
            return true;
        });
    }

    /** Puts or replaces a record; answers its version. */
    CompletionStage<Long> put(String name, String text) {
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
        return partition
                .submitPatiently(new Mutation.Put(GATE, hash(key), key.utf8(), Mutation.ANY, Durability.DISK, content))
                .thenApply(outcome -> ((Mutation.Outcome.Applied) outcome).version());
    }

    void delete(String name) {
        ObjectKey key = ObjectKey.of(name);
        Mutation.Delete deletion = new Mutation.Delete(GATE, hash(key), key.utf8(), Mutation.ANY, Durability.DISK);
        keeper.delete(name, () -> Futures.await(partition.submit(deletion)));
    }

    /** Whether records may be missing: the partition is damaged, and at the start no copy had all of them. */
    boolean mayBeMissing() {
        return areDamaged() && !keeper.hadAll();
    }

    /** Whether bytes of the system partition are known to be damaged, or were when its index was built. */
    boolean areDamaged() {
        return partition.parity().isAnyDamaged() || !IndexGaps.of(partition).isEmpty();
    }

    private KeyHash hash(ObjectKey key) {
        return partition.reader().hash(GATE.bucketId(), key);
    }

    /** The partition gives no version up to this one. */
    void passOver(long version) {
        versions.observe(version);
    }

    /** The last version that the partition has given. */
    long lastVersion() {
        return versions.last();
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
            forEachListed(prefix, (name, version) -> names.add(name));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return names;
    }

    /** Takes names; may throw to end the work. */
    interface LineSink {
        void take(String name, long version) throws IOException;
    }

    /** All records whose name begins with the prefix and the versions that the directory knows; nothing is read. */
    void forEachListed(String prefix, LineSink sink) throws IOException {
        Futures.await(partition.whenListed());
        ByteBuffer prefixBytes = ByteBuffer.wrap(prefix.getBytes(StandardCharsets.UTF_8));
        try (DirectoryCursor cursor =
                partition.directory().cursor(GATE.bucketId(), prefixBytes, ByteBuffer.allocate(0))) {
            while (cursor.hasNext()) {
                DirectoryEntry line = cursor.next();
                sink.take(ObjectKey.ofUtf8(line.key()).toString(), line.version());
            }
        }
    }

    /** The version of a record as the directory knows it; nothing is read. */
    OptionalLong listedVersion(String name) {
        Optional<DirectoryEntry> line =
                partition.directory().find(GATE.bucketId(), ObjectKey.of(name).utf8());
        return line.isPresent() ? OptionalLong.of(line.get().version()) : OptionalLong.empty();
    }

    /**
     * One record that the store needs to keep data right.
     *
     * @throws CorruptionException when it is listed and cannot be read as it was last written
     */
    Optional<Properties> readNeeded(String name) {
        return listed(name).map(Written::fields).or(() -> read(name));
    }

    /** As {@link #intact}; one that is lost is put back from its copy. */
    Optional<Written> listed(String name) {
        try {
            return intact(name);
        } catch (CorruptionException lost) {
            return keeper.restore(name, lost);
        }
    }

    /**
     * A record that the directory lists; the index knows each change first, and so nothing older than that.
     *
     * @throws CorruptionException when it cannot be read as it was last written
     */
    Optional<Written> intact(String name) {
        ObjectKey key = ObjectKey.of(name);
        try {
            for (int look = 0; look < LOOKS_MAX; look++) {
                OptionalLong listed = listedVersion(name);
                if (listed.isEmpty()) {
                    return Optional.empty();
                }
                Optional<Written> record = readRecord(key);
                if (record.isPresent() && record.get().version() >= listed.getAsLong()) {
                    return record;
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
        try {
            return readRecord(ObjectKey.of(name)).map(Written::fields);
        } catch (CorruptionException damaged) {
            return listed(name).map(Written::fields);
        }
    }

    /** A record as it stands in the log, and its version. */
    record Written(long version, String text) {
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
