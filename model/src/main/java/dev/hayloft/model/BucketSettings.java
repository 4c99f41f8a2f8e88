package dev.hayloft.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an owner sets for a bucket; an empty value is the contract's {@code null}.
 *
 * @param versioning whether replaced and deleted versions are kept
 * @param maxVersions most versions kept per key
 * @param compression {@code auto}, {@code none}, {@code zstd}, {@code zstd:1} to {@code zstd:22} or {@code zlib}
 * @param deduplicate whether equal content is stored once
 * @param encrypt whether content and metadata are encrypted
 * @param ttl life of an object that names none
 * @param durability when writes that say nothing are acknowledged
 * @param quotaBytes most logical bytes
 * @param quotaObjects most keys
 * @param readOnly whether every write is refused
 * @param cors what pages of other origins may do; none by default
 */
public record BucketSettings(
        boolean versioning,
        Optional<Integer> maxVersions,
        String compression,
        boolean deduplicate,
        boolean encrypt,
        Optional<Duration> ttl,
        Durability durability,
        Optional<Long> quotaBytes,
        Optional<Long> quotaObjects,
        boolean readOnly,
        List<CorsRule> cors) {

    public BucketSettings {
        cors = List.copyOf(cors);
    }

    /** The settings of a bucket that names none. */
    public static BucketSettings defaults(Durability durability) {
        return builder(durability).build();
    }

    /** Begins with the settings of a bucket that names none. */
    public static Builder builder(Durability durability) {
        return new Builder(durability);
    }

    /** Begins with these settings. */
    public Builder toBuilder() {
        return new Builder(durability)
                .versioning(versioning)
                .maxVersions(maxVersions)
                .compression(compression)
                .deduplicate(deduplicate)
                .encrypt(encrypt)
                .ttl(ttl)
                .quotaBytes(quotaBytes)
                .quotaObjects(quotaObjects)
                .readOnly(readOnly)
                .cors(cors);
    }

    /** The same with another compression. */
    public BucketSettings withCompression(String other) {
        return toBuilder().compression(other).build();
    }

    /** The same with encryption switched on or off. */
    public BucketSettings withEncrypt(boolean other) {
        return toBuilder().encrypt(other).build();
    }

    /** Makes {@link BucketSettings}. Not for several threads. */
    public static final class Builder {
        private boolean versioning;
        private Optional<Integer> maxVersions = Optional.empty();
        private String compression = "auto";
        private boolean deduplicate;
        private boolean encrypt;
        private Optional<Duration> ttl = Optional.empty();
        private Durability durability;
        private Optional<Long> quotaBytes = Optional.empty();
        private Optional<Long> quotaObjects = Optional.empty();
        private boolean readOnly;
        private List<CorsRule> cors = List.of();

        private Builder(Durability durability) {
            this.durability = durability;
        }

        public Builder versioning(boolean value) {
            versioning = value;
            return this;
        }

        public Builder maxVersions(Optional<Integer> value) {
            maxVersions = value;
            return this;
        }

        public Builder compression(String value) {
            compression = value;
            return this;
        }

        public Builder deduplicate(boolean value) {
            deduplicate = value;
            return this;
        }

        public Builder encrypt(boolean value) {
            encrypt = value;
            return this;
        }

        public Builder ttl(Optional<Duration> value) {
            ttl = value;
            return this;
        }

        public Builder durability(Durability value) {
            durability = value;
            return this;
        }

        public Builder quotaBytes(Optional<Long> value) {
            quotaBytes = value;
            return this;
        }

        public Builder quotaObjects(Optional<Long> value) {
            quotaObjects = value;
            return this;
        }

        public Builder readOnly(boolean value) {
            readOnly = value;
            return this;
        }

        public Builder cors(List<CorsRule> value) {
            cors = value;
            return this;
        }

        public BucketSettings build() {
            return new BucketSettings(
                    versioning,
                    maxVersions,
                    compression,
                    deduplicate,
                    encrypt,
                    ttl,
                    durability,
                    quotaBytes,
                    quotaObjects,
                    readOnly,
                    cors);
        }
    }
}
