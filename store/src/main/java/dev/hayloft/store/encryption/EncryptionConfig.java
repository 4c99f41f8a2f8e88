package dev.hayloft.store.encryption;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the master keys are.
 *
 * @param masterKeyFile wraps the data keys of encrypted buckets; without it no bucket can be encrypted, and what is in
 *     encrypted ones cannot be read
 * @param formerKeyFiles keys that wrapped before it: what they wrapped is wrapped anew at the start
 */
public record EncryptionConfig(Optional<Path> masterKeyFile, List<Path> formerKeyFiles) {
    /** No encryption. */
    public static final EncryptionConfig NONE = new EncryptionConfig(Optional.empty(), List.of());

    public EncryptionConfig {
        formerKeyFiles = List.copyOf(formerKeyFiles);
    }
}
