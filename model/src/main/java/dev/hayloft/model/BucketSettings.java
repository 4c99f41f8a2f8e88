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

    /** Settings for a bucket that pages of other origins do not reach. */
    public BucketSettings(
            boolean versioning,
            Optional<Integer> maxVersions,
            String compression,
            boolean deduplicate,
            boolean encrypt,
            Optional<Duration> ttl,
            Durability durability,
            Optional<Long> quotaBytes,
            Optional<Long> quotaObjects,
            boolean readOnly) {
        this(
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
                List.of());
    }

    /** The settings of a bucket that names none. */
    public static BucketSettings defaults(Durability durability) {
        return new BucketSettings(
                false,
                Optional.empty(),
                "auto",
                false,
                false,
                Optional.empty(),
                durability,
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /** The same with another compression. */
    public BucketSettings withCompression(String other) {
        return new BucketSettings(
                versioning,
                maxVersions,
                other,
                deduplicate,
                encrypt,
                ttl,
                durability,
                quotaBytes,
                quotaObjects,
                readOnly,
                cors);
    }

    /** The same with encryption switched on or off. */
    public BucketSettings withEncrypt(boolean other) {
        return new BucketSettings(
                versioning,
                maxVersions,
                compression,
                deduplicate,
                other,
                ttl,
                durability,
                quotaBytes,
                quotaObjects,
                readOnly,
                cors);
    }
}
