package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.ShardCheck;
import dev.hayloft.erasure.shard.ShardLayout;
import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.ShardWatcher;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.store.parity.ParityKeeper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a volume from its first byte to its last: an encoded one block by block in all its shards, others frame by
 * frame.
 *
 * <p><i>Threads:</i> any.
 */
final class VolumeCheck {
    private VolumeCheck() {}

    /**
     * Damage.
     *
     * @param volume where
     * @param shard its number; 0 of a volume that is not encoded
     * @param offset first damaged byte, in the file that holds the shard
     * @param from first damaged byte of the volume
     * @param to behind the last one; the same as {@code from} when parity alone suffers
     * @param reason a constant sentence
     */
    record Finding(VolumeName volume, int shard, long offset, long from, long to, String reason) {
        boolean hitsData() {
            return to > from;
        }
    }

    /** What was found. */
    record Result(long checkedBytes, List<Finding> findings) {
        Result {
            findings = List.copyOf(findings);
        }
    }

    /** Checks it, and notes whether it is damaged. */
    static Result check(VolumeName volume, ShardWatcher watcher) {
        ParityKeeper parity = volume.partition().parity();
        Optional<ShardSet> set = parity.find(volume.id());
        Result result;
        try (VolumeLease lease = volume.partition().log().lease(volume.id())) {
            result = set.isPresent() ? shards(volume, set.get(), watcher) : frames(volume, lease.dataEnd(), watcher);
        }
        if (result.findings().isEmpty()) {
            parity.markWhole(volume.id());
        } else if (result.findings().stream().allMatch(finding -> isAbsent(set, finding))) {
            parity.markAbsent(volume.id());
        } else {
            parity.markDamaged(volume.id());
        }
        return result;
    }

    private static boolean isAbsent(Optional<ShardSet> set, Finding finding) {
        Path file = set.map(shards -> shards.places().get(finding.shard()).path())
                .orElseGet(() -> finding.volume().info().path());
        return Files.notExists(file);
    }

    private static Result shards(VolumeName volume, ShardSet set, ShardWatcher watcher) {
        ShardCheck.Result checked = ShardCheck.check(set, watcher);
        List<Finding> findings = new ArrayList<>();
        for (ShardCheck.Damage damage : checked.damages()) {
            ShardLayout layout = set.layout();
            long from = layout.isParity(damage.shard()) ? 0 : layout.start(damage.shard()) + damage.from();
            long length = layout.isParity(damage.shard()) ? 0 : damage.length();
            long offset = set.places().get(damage.shard()).offset() + damage.from();
            findings.add(new Finding(volume, damage.shard(), offset, from, from + length, damage.reason()));
        }
        long bytes = checked.checkedBytes();
        if (set.table().isEmpty()) { // No shard file can say what is right: the frames themselves can.
            Result frames = frames(volume, set.layout().dataEndBytes(), watcher);
            findings.addAll(frames.findings());
            bytes += frames.checkedBytes();
        }
        return new Result(bytes, findings);
    }

    private static Result frames(VolumeName volume, long dataEnd, ShardWatcher watcher) {
        long[] seen = new long[1];
        ScanReport report = volume.partition().log().scanVolume(volume.id(), 0, new FrameVisitor() {
            @Override
            public void frame(FrameView frame) {
                long end = LogPosition.offset(frame.position()) + frame.sizeBytes();
                watcher.advance(Math.max(0, end - seen[0]));
                seen[0] = Math.max(seen[0], end);
            }
        });
        List<Finding> findings = report.damaged().stream()
                .map(range -> new Finding(
                        volume, 0, range.fromOffset(), range.fromOffset(), range.toOffset(), range.reason()))
                .toList();
        return new Result(dataEnd, findings);
    }
}
