package dev.hayloft.store.encryption;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import java.util.List;
import java.util.Optional;

/**
 * The master keys of a start: the one that wraps, if any, and those that wrapped before it.
 *
 * <p><i>Threads:</i> any.
 */
public final class MasterKeys {
    private final Optional<MasterKey> current;
    private final List<MasterKey> former;

    private MasterKeys(Optional<MasterKey> current, List<MasterKey> former) {
        this.current = current;
        this.former = former;
    }

    /**
     * Reads the key files.
     *
     * @throws StoreClosedException when one of them cannot be read or holds no key
     */
    public static MasterKeys read(EncryptionConfig config) {
        return new MasterKeys(
                config.masterKeyFile().map(MasterKey::read),
                config.formerKeyFiles().stream().map(MasterKey::read).toList());
    }

    /** A fresh data key for a bucket, or {@code bad-parameter} when there is no master key. */
    public WrappedKey newDataKey(int bucketId) {
        return current.orElseThrow(() -> new RequestException(
                                ErrorCode.BAD_PARAMETER,
                                "The server has no master key; make one with hayloft key new and set"
                                        + " encryption.masterKeyFile.")
                        .with("parameter", "encrypt"))
                .newDataKey(bucketId);
    }

    /**
     * What seals and opens the content of a bucket; empty when there is no master key at all.
     *
     * @throws StoreClosedException when the master key is another one than the key was wrapped with
     * @throws CorruptionException when it is the same and the key is damaged
     */
    public Optional<BucketCipher> cipher(WrappedKey key, int bucketId) {
        if (current.isEmpty()) {
            return Optional.empty();
        }
        Optional<MasterKey> master = find(key.masterId());
        if (master.isEmpty()) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE,
                            "encryption.masterKeyFile holds another key than the one that encrypted this bucket;"
                                    + " put the right one back, or name it in encryption.formerKeyFiles."
                                    + " Nothing was changed.")
                    .with("bucketId", bucketId)
                    .with("needed", key.masterId())
                    .with("present", current.get().id());
        }
        byte[] dataKey = master.get().unwrap(key, bucketId).orElseThrow(() -> new CorruptionException(
                        "The key of a bucket cannot be unwrapped.")
                .with("bucketId", bucketId));
        return Optional.of(new BucketCipher(dataKey, bucketId));
    }

    private Optional<MasterKey> find(String id) {
        if (current.isPresent() && current.get().id().equals(id)) {
            return current;
        }
        return former.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** The key under the master key of now; empty when it already is, or cannot be. */
    public Optional<WrappedKey> rewrap(WrappedKey key, int bucketId) {
        if (current.isEmpty() || current.get().id().equals(key.masterId())) {
            return Optional.empty();
        }
        return find(key.masterId())
                .flatMap(master -> master.unwrap(key, bucketId))
                .map(dataKey -> current.get().wrap(dataKey, bucketId));
    }
}
