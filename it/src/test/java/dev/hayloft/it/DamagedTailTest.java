package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.DataFolder.Place;
import dev.hayloft.it.ServerProcess.Options;
import dev.hayloft.testing.FileDamage;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images of a data folder as a power cut may leave it: a server is killed, its folder copied, the copy damaged in the
 * volume being written, and the run mark taken away, since the machine has started anew. The next server must come up,
 * give every value before the damage bit for bit, give no wrong byte after it, and take writes that last.
 */
@Tag("crash")
final class DamagedTailTest {
    private static final String BUCKET = "damage";
    private static final int KEYS = 300;
    private static final int VALUE_SIZE = 1_000;

    /** The key in whose value the damage begins. */
    private static final int HIT = 200;

    @TempDir
    static Path folder;

    private static Path original = Path.of("");

    @BeforeAll
    static void writeAndKill() throws IOException {
        original = folder.resolve("original");
        Options options = Options.on(original).set("storage.partitions=1").set("storage.volumeSize=1GiB");
        try (ServerProcess server = ServerProcess.start(options)) {
            HttpCalls calls = server.calls();
            calls.makeBucket(BUCKET);
            for (int i = 0; i < KEYS; i++) {
                assertThat(calls.put(path(i), value(i)).statusCode()).isEqualTo(201);
            }
            server.kill();
        }
    }

    @Test
    void undamagedImage_hasEverything() throws IOException {
        assertThat(lostAfter((file, offset) -> Files.size(file))).isEmpty();
    }

    @Test
    void zeroedTail_losesOnlyWhatWasInIt() throws IOException {
        assertThat(lostAfter(FileDamage::zero)).isEqualTo(keys(HIT, KEYS));
    }

    @Test
    void cutTail_losesOnlyWhatWasInIt() throws IOException {
        assertThat(lostAfter(FileDamage::cut)).isEqualTo(keys(HIT, KEYS));
    }

    @Test
    void flippedBit_losesOneValueAlone() throws IOException {
        assertThat(lostAfter((file, offset) -> FileDamage.flip(file, offset, 3)))
                .isEqualTo(keys(HIT, HIT + 1));
    }

    @Test
    void holeInTheMiddle_losesOnlyWhatWasInIt() throws IOException {
        int holeSize = 2 * FileDamage.PAGE_SIZE;
        List<Integer> lost = lostAfter((file, offset) -> FileDamage.hole(file, offset, holeSize));
        assertThat(lost).startsWith(HIT).isEqualTo(keys(HIT, HIT + lost.size()));
        assertThat(lost).hasSizeLessThanOrEqualTo(holeSize / VALUE_SIZE + 2);
    }

    /** Damages a copy, and answers which keys it does not give any more. */
    private static List<Integer> lostAfter(Damage damage) throws IOException {
        Path image = Files.createTempDirectory(folder, "image-").resolve("data");
        TempFolders.copy(original, image);
        TempFolders.delete(image.resolve("RUN"));
        Place place = DataFolder.find(image, value(HIT));
        damage.apply(place.file(), place.offset() + VALUE_SIZE / 2);

        Options options = Options.on(image);
        List<Integer> lost;
        try (ServerProcess server = ServerProcess.start(options)) {
            lost = lost(server.calls());
            assertThat(server.calls()
                            .put(HttpCalls.object(BUCKET, "after"), value(HIT))
                            .statusCode())
                    .isEqualTo(201);
            server.kill();
        }
        try (ServerProcess server = ServerProcess.start(options)) {
            assertThat(lost(server.calls())).as("lost after one more start").isEqualTo(lost);
            assertThat(server.calls().get(HttpCalls.object(BUCKET, "after")).body())
                    .isEqualTo(value(HIT));
            assertThat(server.terminate()).as(server.said()).isZero();
        }
        return lost;
    }

    private static List<Integer> lost(HttpCalls calls) throws IOException {
        List<Integer> lost = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            HttpResponse<byte[]> answer = calls.get(path(i));
            if (answer.statusCode() != 200) {
                assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isIn(404, 500);
                lost.add(i);
            } else {
                assertThat(Arrays.equals(answer.body(), value(i)))
                        .as("value of key %d", i)
                        .isTrue();
            }
        }
        return lost;
    }

    private static List<Integer> keys(int from, int to) {
        List<Integer> keys = new ArrayList<>();
        for (int i = from; i < to; i++) {
            keys.add(i);
        }
        return keys;
    }

    private static String path(int i) {
        return HttpCalls.object(BUCKET, "key-" + i);
    }

    private static byte[] value(int i) {
        byte[] value = new byte[VALUE_SIZE];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }

    /** Something done to a volume file at an offset. */
    private interface Damage {
        void apply(Path file, long offset) throws IOException;
    }
}
