package dev.hayloft.store;

import dev.hayloft.store.content.BucketContent;
import dev.hayloft.store.encryption.MasterKeys;
import dev.hayloft.store.encryption.WrappedKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The data keys of buckets, wrapped, as records of the system partition. A bucket has one from when it is first
 * encrypted until it is deleted: then its key goes first of all, and nobody can read what is left of it.
 *
 * <p><i>Threads:</i> the registry's, one at a time.
 */
final class BucketKeys {
    private static final Logger LOG = System.getLogger(BucketKeys.class.getName());
    static final String PREFIX = "bucket-key/";

    private final SystemRecords records;
    private final MasterKeys masters;
    private final Map<Integer, WrappedKey> keys = new HashMap<>();

    private BucketKeys(SystemRecords records, MasterKeys masters) {
        this.records = records;
        this.masters = masters;
    }

    /** Reads the records; keys wrapped by a former master key are wrapped anew. */
    static BucketKeys open(SystemRecords records, MasterKeys masters) {
        BucketKeys opened = new BucketKeys(records, masters);
        records.readAll(PREFIX).forEach((id, fields) -> opened.keys.put(Integer.parseInt(id), decode(fields)));
        opened.rewrap();
        return opened;
    }

    private static WrappedKey decode(Properties fields) {
        return new WrappedKey(fields.getProperty("master"), fields.getProperty("wrapped"));
    }

    private void rewrap() {
        int rewrapped = 0;
        for (Map.Entry<Integer, WrappedKey> each : Map.copyOf(keys).entrySet()) {
            Optional<WrappedKey> anew = masters.rewrap(each.getValue(), each.getKey());
            if (anew.isPresent()) {
                write(each.getKey(), anew.get());
                rewrapped++;
            }
        }
        if (rewrapped > 0) {
            LOG.log(
                    Level.INFO,
                    "Wrapped the data keys of {0} buckets under the new master key; the former one is needed for older"
                            + " backups only.",
                    rewrapped);
        }
    }

    private void write(int bucketId, WrappedKey key) {
        records.write(PREFIX + bucketId, Map.of("format", "1", "master", key.masterId(), "wrapped", key.wrapped()));
        keys.put(bucketId, key);
    }

    /**
     * Gives a bucket's content its key, if the bucket has one and there is a master key.
     *
     * @throws dev.hayloft.model.error.StoreClosedException when the master key is the wrong one
     */
    void unlock(int bucketId, BucketContent content) {
        WrappedKey key = keys.get(bucketId);
        if (key == null) {
            return;
        }
        masters.cipher(key, bucketId)
                .ifPresentOrElse(
                        content::unlock,
                        () -> LOG.log(
                                Level.WARNING,
                                "Bucket {0} has encrypted content that cannot be read or written:"
                                        + " encryption.masterKeyFile is not set.",
                                bucketId));
    }

    /** Makes the key of a bucket that is to be encrypted, unless it has one; durable at return. */
    void require(int bucketId) {
        if (!keys.containsKey(bucketId)) {
            write(bucketId, masters.newDataKey(bucketId));
        }
    }

    /** Forgets the key of a bucket that is gone. */
    void drop(int bucketId) {
        if (keys.remove(bucketId) != null) {
            records.delete(PREFIX + bucketId);
        }
    }
}
