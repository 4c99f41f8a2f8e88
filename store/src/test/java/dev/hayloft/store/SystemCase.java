package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.encryption.EncryptionConfig;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.RecordsCopy;
import dev.hayloft.store.folder.RunMark.LastStop;
import dev.hayloft.store.folder.StoreKey;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.Recovery;
import dev.hayloft.store.partition.VersionClock;
import dev.hayloft.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store with an encrypted bucket, whose system partition is to suffer. */
@Timeout(120)
abstract class SystemCase {
    static final BucketName PHOTOS = new BucketName("photos");
    static final BucketName YOUNGER = new BucketName("younger");

    @TempDir
    Path root;

    final SplittableRandom random = Seeds.random("loss of the system partition");
    final Map<String, byte[]> known = new TreeMap<>();

    @BeforeEach
    void fillWhatIsToBeKept() throws IOException {
        Files.writeString(root.resolve("master.key"), randomKey());
        try (HayloftStore store = open()) {
            fill(store, PHOTOS);
        }
    }

    String randomKey() {
        return Base64.getEncoder().encodeToString(bytes(32)) + "\n";
    }

    byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    Path data() {
        return root.resolve("data");
    }

    StoreConfig config() {
        return TestConfig.in(data())
                .encryption(new EncryptionConfig(Optional.of(root.resolve("master.key")), List.of()))
                .build();
    }

    HayloftStore open() {
        return HayloftStore.open(config(), Clock.systemUTC());
    }

    /** An encrypted bucket in a sealed volume. */
    void fill(HayloftStore store, BucketName bucket) {
        store.createBucket(bucket, BucketSettings.defaults(Durability.DISK).withEncrypt(true));
        for (int i = 0; i < 5; i++) {
            byte[] content = bytes(5000);
            Futures.await(store.put(PutRequest.of(bucket, ObjectKey.of("key-" + i)), ByteBuffer.wrap(content)));
            known.put(bucket + "/" + i, content);
        }
        TestJobs.run(store, JobRequest.Kind.SEAL);
    }

    void check(HayloftStore store, BucketName bucket) {
        for (int i = 0; i < 5; i++) {
            try (StoredObject object =
                    store.read(bucket, ObjectKey.of("key-" + i)).orElseThrow()) {
                assertThat(StoreTest.bytes(object)).isEqualTo(known.get(bucket + "/" + i));
            }
        }
    }

    Path copy() {
        return data().resolve("RECORDS");
    }

    void checkOpens() {
        try (HayloftStore store = open()) {
            check(store, PHOTOS);
        }
    }

    /** The system partition by itself. */
    void withRecords(Consumer<SystemRecords> work) {
        try (DataFolder folder = DataFolder.open(data(), 1, Clock.systemUTC())) {
            StoreKey key = StoreKey.open(data(), false);
            VersionClock versions = PartitionSettings.unboundedVersions(Clock.systemUTC());
            Recovery.Context context = new Recovery.Context(
                    LastStop.UNKNOWN, PartitionSettings.hasher(key), Clock.systemUTC(), versions, Runnable::run);
            Partition system =
                    Recovery.open(PartitionSettings.systemConfig(config(), folder), context, bucketId -> true);
            try {
                work.accept(SystemRecords.open(system, versions, new RecordsCopy(data(), key, 0)));
            } finally {
                system.close();
            }
        }
    }
}
