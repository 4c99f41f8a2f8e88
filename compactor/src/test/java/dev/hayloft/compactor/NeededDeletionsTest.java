package dev.hayloft.compactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.index.HintEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.log.format.Stamp;
import dev.hayloft.model.LogPosition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class NeededDeletionsTest {
    private static final KeyHash MOVED = new KeyHash(1, 2);
    private static final KeyHash OTHER = new KeyHash(3, 4);

    private final Volumes volumes = new Volumes();
    private final NeededDeletions deletions = new NeededDeletions(volumes);

    @Test
    void deletion_ofAKeyMovedToTheOpenVolume_isNeededUntilThatIsSealed() {
        compactionThatMoves(MOVED);
        deletions.begin();
        assertThat(needed()).containsExactly(9L);
        volumes.open = 2; // Volume 1 is full, and has not been put away.
        deletions.begin();
        assertThat(needed()).containsExactly(9L);
        volumes.open = 3;
        volumes.sealed = List.of(1, 2); // Now their hint files tell, and they know of nothing here.
        deletions.begin();
        assertThat(needed()).isEmpty();
    }

    @Test
    void deletion_ofAKeyMovedWhileTheOpenVolumeChanged_isNeededInBoth() {
        compactionThatMoves(MOVED);
        volumes.open = 2; // The move may have come before or after.
        deletions.begin();
        assertThat(needed()).containsExactly(9L);
        deletions.begin();
        assertThat(needed()).containsExactly(9L);
        volumes.open = 3;
        volumes.sealed = List.of(1, 2);
        deletions.begin();
        assertThat(needed()).isEmpty();
    }

    @Test
    void openVolumeOfAnEarlierRun_thatIsFullAndNotPutAwayYet_isRead() {
        deletions.begin();
        volumes.open = 2;
        needed();
        assertThat(volumes.scans).isEqualTo(1);
    }

    @Test
    void openVolumeOfAnEarlierRun_thatIsSealedMeanwhile_isNotRead() {
        deletions.begin();
        volumes.open = 2;
        volumes.sealed = List.of(1);
        deletions.begin();
        needed();
        assertThat(volumes.scans).isZero();
    }

    @Test
    void deletion_besideAVolumeThatCannotTellAll_isNeededUntilItCan() {
        volumes.sealed = List.of(0, 1);
        volumes.damaged = Set.of(1);
        deletions.begin();
        assertThat(needed()).containsExactlyInAnyOrder(9L, 10L);
        volumes.damaged = Set.of();
        deletions.begin();
        assertThat(needed()).isEmpty();
    }

    @Test
    void openVolume_isReadOnceAndNoFurtherThanItWentBefore() {
        deletions.begin();
        needed();
        needed();
        deletions.begin();
        needed();
        assertThat(volumes.scans).isEqualTo(1);
    }

    private void compactionThatMoves(KeyHash key) {
        deletions.begin();
        Stamp stamp = new Stamp(5, 5, 0);
        deletions.moving(List.of(new MovedNeedle(key, 0, 0, stamp, false, ByteBuffer.allocate(0))));
    }

    private Set<Long> needed() {
        return deletions.of(List.of(deletion(MOVED, 9), deletion(OTHER, 10)), 0);
    }

    private static HintEntry deletion(KeyHash key, long sequence) {
        return new HintEntry(key, sequence, new Location(0, 0, 100, 50, 0, Location.TOMBSTONE, 1, 0));
    }

    /** A partition of which compaction knows no more than which volume is open. */
    private static final class Volumes implements NeedleMover {
        private int open = 1;
        private List<Integer> sealed = List.of();
        private Set<Integer> damaged = Set.of();
        private int scans;

        @Override
        public void judge(FrameView frame, Judged judged) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public void judgeRemains(FrameView frame, Judged judged) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public Fate judge(HintEntry entry) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public boolean isLost(int volume) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public Optional<List<HintEntry>> hinted(int volume) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public void moved(FrameView frame, Consumer<HintEntry> entries) {
            throw new AssertionError("there is no frame");
        }

        @Override
        public ScanReport scan(int volume, long fromOffset, FrameVisitor visitor) {
            scans++;
            return new ScanReport(LogPosition.of(volume, 0), 0, 0, List.of(), 0);
        }

        @Override
        public List<Integer> sealedVolumes() {
            return sealed;
        }

        @Override
        public OptionalInt openVolume() {
            return OptionalInt.of(open);
        }

        @Override
        public long end() {
            return LogPosition.of(open, 1 << 20);
        }

        @Override
        public boolean entries(int volume, Consumer<HintEntry> entries) {
            assertThat(sealed).contains(volume); // It holds nothing that can be read.
            return !damaged.contains(volume);
        }

        @Override
        public Optional<ByteBuffer> shorter(int bucketId, NeedleView needle) {
            throw new AssertionError("nobody compacts");
        }

        @Override
        public CompletionStage<Long> move(int bucketId, List<MovedNeedle> needles) {
            return CompletableFuture.completedFuture(0L);
        }

        @Override
        public void drop(int volume, long lastDroppedDeletion) {
            throw new AssertionError("nobody compacts");
        }
    }
}
