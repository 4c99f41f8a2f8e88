package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.backup.Backup;
import dev.hayloft.store.backup.Restore;
import dev.hayloft.testing.FileDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup of a store of which a volume is lost or damaged has all the rest, and says so. */
@Timeout(60)
class DamagedBackupTest {
    private static final BucketName BUCKET = new BucketName("hay");

    @TempDir
    Path root;

    private HayloftStore open(String folder) {
        return HayloftStore.open(TestConfig.in(root.resolve(folder)).build(), Clock.systemUTC());
    }

    private Path volume() {
        return root.resolve("data/partitions/0/volumes/0000000000.volume");
    }

    /** One object in each of two sealed volumes. */
    private void fill(HayloftStore store) {
        store.createBucket(BUCKET, BucketSettings.defaults(Durability.MEMORY));
        for (String key : List.of("a", "b")) {
            Futures.await(store.put(
                    PutRequest.of(BUCKET, ObjectKey.of(key)),
                    ByteBuffer.wrap(key.repeat(1000).getBytes(StandardCharsets.UTF_8))));
            TestJobs.run(store, JobRequest.Kind.SEAL);
        }
        Path hint = root.resolve("data/partitions/0/hints/0000000000.hint");
        Awaitility.await().until(() -> Files.exists(hint));
    }

    private static Optional<String> text(HayloftStore store, String key) {
        return store.read(BUCKET, ObjectKey.of(key)).map(object -> {
            try (object) {
                return new String(StoreTest.bytes(object), StandardCharsets.UTF_8);
            }
        });
    }

    private void assertBackup(HayloftStore store, List<String> damagedVolumes) {
        Job job = TestJobs.run(store, JobRequest.backup(root.resolve("backup")));
        assertThat(job.result().orElseThrow()).containsEntry("damagedVolumes", damagedVolumes);
        assertThat(Backup.verify(root.resolve("backup"))).isEmpty();
    }

    private List<String> restore(String name) {
        Restore restore = new Restore(root.resolve("backup"), root.resolve(name));
        restore.run(bytes -> {});
        return restore.damaged();
    }

    @Test
    void backup_withoutAVolume_hasTheOthersAndItsKeysStayKnown() throws IOException {
        try (HayloftStore store = open("data")) {
            fill(store);
            byte[] whole = Files.readAllBytes(volume());
            Files.delete(volume());
            assertBackup(store, List.of("0-0"));
            assertThat(restore("first")).containsExactly("partitions/0/volumes/0000000000.volume");
            try (HayloftStore restored = open("first")) {
                assertThat(text(restored, "b")).contains("b".repeat(1000));
                assertThatThrownBy(() -> text(restored, "a")).isInstanceOf(CorruptionException.class);
            }
            Files.write(volume(), whole);
            TestJobs.run(store, JobRequest.Kind.SCRUB); // Now it is known to be whole again.
            assertBackup(store, List.of());
            Files.delete(volume());
            assertBackup(store, List.of()); // What the last backup has whole is still there.
        }
        assertThat(restore("second")).isEmpty();
        try (HayloftStore restored = open("second")) {
            assertThat(text(restored, "a")).contains("a".repeat(1000));
            assertThat(text(restored, "b")).contains("b".repeat(1000));
        }
    }

    @Test
    void backup_ofAVolumeThatIsKnownToBeDamaged_namesItUntilItIsWhole() throws IOException {
        try (HayloftStore store = open("data")) {
            fill(store);
            byte[] whole = Files.readAllBytes(volume());
            String text = new String(whole, StandardCharsets.ISO_8859_1);
            int frame = text.indexOf("HLFR", text.indexOf("HLFR") + 1); // Behind the one that starts the volume.
            FileDamage.flip(volume(), frame + 100, 0);
            TestJobs.run(store, JobRequest.Kind.SCRUB);
            assertBackup(store, List.of("0-0"));
            assertBackup(store, List.of("0-0"));
            Files.write(volume(), whole);
            TestJobs.run(store, JobRequest.Kind.SCRUB);
            assertBackup(store, List.of());
        }
        assertThat(restore("restored")).isEmpty();
        try (HayloftStore restored = open("restored")) {
            assertThat(text(restored, "a")).contains("a".repeat(1000));
        }
    }
}
