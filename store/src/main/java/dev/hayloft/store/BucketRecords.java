package dev.hayloft.store;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Buckets as records of the system partition, and back. An absent field is the contract's {@code null}. */
final class BucketRecords {
    static final String PREFIX = "bucket/";

    private BucketRecords() {}

    static List<Bucket> readAll(SystemRecords records) {
        List<Bucket> buckets = new ArrayList<>();
        records.readAll(PREFIX).forEach((name, fields) -> buckets.add(decode(name, fields)));
        return buckets;
    }

    static Map<String, String> encode(Bucket bucket) {
        BucketSettings settings = bucket.settings();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("format", "1");
        fields.put("id", Integer.toString(bucket.id()));
        fields.put("createdAt", Long.toString(bucket.createdAt().toEpochMilli()));
        fields.put("versioning", settings.versioning() ? "on" : "off");
        settings.maxVersions().ifPresent(value -> fields.put("maxVersions", value.toString()));
        fields.put("compression", settings.compression());
        fields.put("deduplicate", Boolean.toString(settings.deduplicate()));
        fields.put("encrypt", Boolean.toString(settings.encrypt()));
        settings.ttl().ifPresent(value -> fields.put("ttlSeconds", Long.toString(value.toSeconds())));
        fields.put("durability", settings.durability().name().toLowerCase(Locale.ROOT));
        settings.quotaBytes().ifPresent(value -> fields.put("quotaBytes", value.toString()));
        settings.quotaObjects().ifPresent(value -> fields.put("quotaObjects", value.toString()));
        fields.put("readOnly", Boolean.toString(settings.readOnly()));
        CorsRecords.encode(settings.cors(), fields);
        return fields;
    }

    static Bucket decode(String name, Properties fields) {
        BucketSettings settings = BucketSettings.builder(
                        Durability.valueOf(fields.getProperty("durability").toUpperCase(Locale.ROOT)))
                .versioning("on".equals(fields.getProperty("versioning")))
                .maxVersions(field(fields, "maxVersions").map(Integer::valueOf))
                .compression(fields.getProperty("compression"))
                .deduplicate(Boolean.parseBoolean(fields.getProperty("deduplicate")))
                .encrypt(Boolean.parseBoolean(fields.getProperty("encrypt")))
                .ttl(field(fields, "ttlSeconds").map(Long::valueOf).map(Duration::ofSeconds))
                .quotaBytes(field(fields, "quotaBytes").map(Long::valueOf))
                .quotaObjects(field(fields, "quotaObjects").map(Long::valueOf))
                .readOnly(Boolean.parseBoolean(fields.getProperty("readOnly")))
                .cors(CorsRecords.decode(fields))
                .build();
        return new Bucket(
                new BucketName(name),
                Integer.parseInt(fields.getProperty("id")),
                Instant.ofEpochMilli(Long.parseLong(fields.getProperty("createdAt"))),
                settings);
    }

    private static Optional<String> field(Properties fields, String name) {
        return Optional.ofNullable(fields.getProperty(name));
    }
}
