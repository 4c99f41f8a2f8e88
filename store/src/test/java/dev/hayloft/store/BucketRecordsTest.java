package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.CorsRule;
import dev.hayloft.model.Durability;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BucketRecordsTest {
    private static Bucket bucket(BucketSettings settings) {
        return new Bucket(new BucketName("photos"), 7, Instant.ofEpochMilli(1_700_000_000_123L), settings);
    }

    private static Bucket again(Bucket bucket) {
        Properties fields = new Properties();
        Map<String, String> record = BucketRecords.encode(bucket);
        record.forEach(fields::setProperty);
        return BucketRecords.decode("photos", fields);
    }

    @Test
    void record_ofEverySetting_readsBackTheSame() {
        CorsRule app = new CorsRule(
                List.of("https://app.example", "http://localhost:3000"),
                List.of("GET", "PUT"),
                List.of("authorization", "x-hayloft-meta-*"),
                List.of("ETag"),
                true,
                Optional.of(600));
        CorsRule any = new CorsRule(List.of("*"), List.of("HEAD"), List.of(), List.of(), false, Optional.empty());
        Bucket all = bucket(BucketSettings.builder(Durability.MEMORY)
                .versioning(true)
                .maxVersions(Optional.of(5))
                .compression("zstd:3")
                .deduplicate(true)
                .encrypt(true)
                .ttl(Optional.of(Duration.ofDays(2)))
                .quotaBytes(Optional.of(1L << 40))
                .quotaObjects(Optional.of(12L))
                .readOnly(true)
                .cors(List.of(app, any))
                .build());
        assertThat(again(all)).isEqualTo(all);
        Bucket plain = bucket(BucketSettings.defaults(Durability.DISK));
        assertThat(again(plain)).isEqualTo(plain);
        assertThat(BucketRecords.encode(plain).keySet()).noneMatch(name -> name.startsWith("cors"));
    }
}
