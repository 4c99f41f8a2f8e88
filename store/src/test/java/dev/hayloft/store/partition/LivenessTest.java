package dev.hayloft.store.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.IndexConfig;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether a needle lives, asked while its key's versions change places between two questions. */
@Timeout(60)
class LivenessTest {
    private static final int BUCKET = 7;

    @TempDir
    Path folder;

    private final KeyHasher hasher = new KeyHasher(1, 2);
    private final KeyHash key =
            hasher.object(BUCKET, StandardCharsets.UTF_8.encode("key").asReadOnlyBuffer());
    private KeyIndex map;
    private PointIndex index;
    private Liveness liveness;

    @BeforeEach
    void open() {
        map = KeyIndex.open(IndexConfig.defaults(folder.resolve("index")), KeyIndex.OpenMode.CREATE);
        index = new PointIndex(map);
        liveness = new Liveness(index, hasher);
    }

    @AfterEach
    void close() {
        map.close();
    }

    private static Location version(long version) {
        return new Location(LogPosition.of(1, version * 4096), 64, 100, version, 10, Location.KEPT, BUCKET, 0, 0, 0);
    }

    private void isOlder(Location older) {
        index.put(hasher.version(key, older.version()), older);
    }

    @Test
    void isLive_ofAVersionThatComesUpBetweenTheQuestions_isTrue() {
        Location first = version(1);
        Location second = version(2);
        index.put(key, second);
        isOlder(first);
        AtomicInteger asked = new AtomicInteger();
        boolean isLive = liveness.isLive(new HintEntry(key, 1, first), bucket -> {
            if (asked.getAndIncrement() == 0) { // The newest is purged, and this one is the newest again.
                index.put(key, first);
                index.remove(hasher.version(key, first.version()));
            }
            return true;
        });
        assertThat(isLive).isTrue();
        assertThat(asked).hasValue(1);
    }

    @Test
    void isLive_ofAVersionThatGoesBetweenTheQuestions_isFalse() {
        Location first = version(1);
        index.put(key, version(2));
        isOlder(first);
        AtomicInteger asked = new AtomicInteger();
        boolean isLive = liveness.isLive(new HintEntry(key, 1, first), bucket -> {
            if (asked.getAndIncrement() == 0) { // It is pruned, while a third becomes the newest.
                index.remove(hasher.version(key, first.version()));
                isOlder(version(2));
                index.put(key, version(3));
            }
            return true;
        });
        assertThat(isLive).isFalse();
        assertThat(asked).hasValue(2);
    }

    @Test
    void isLive_ofAnOlderVersion_isAskedForOnlyWhereThereMayBeOne() {
        Location first = version(1);
        index.put(key, version(2));
        isOlder(first);
        HintEntry needle = new HintEntry(key, 1, first);
        assertThat(liveness.isLive(needle, bucket -> true)).isTrue();
        assertThat(liveness.isLive(needle, bucket -> false)).isFalse();
    }
}
