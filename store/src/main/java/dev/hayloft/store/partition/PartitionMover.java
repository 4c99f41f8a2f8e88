package dev.hayloft.store.partition;

import dev.hayloft.compactor.MovedNeedle;
import dev.hayloft.compactor.NeedleMover;
import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.HintHeader;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/** A partition as compaction sees it. Threads: as {@link NeedleMover} says. */
final class PartitionMover implements NeedleMover {
    private final Partition partition;
    private final PartitionParts parts;
    private final Liveness liveness;
    private final IntPredicate isLiving;
    private final IntPredicate mayHaveOlder;
    private final PartitionCompactor.Shortening shortening;

    PartitionMover(
            Partition partition,
            IntPredicate isLiving,
            IntPredicate mayHaveOlder,
            PartitionCompactor.Shortening shortening) {
        this.partition = partition;
        this.parts = partition.parts();
        this.liveness = new Liveness(parts.index(), parts.hasher());
        this.isLiving = isLiving;
        this.mayHaveOlder = mayHaveOlder;
        this.shortening = shortening;
    }

    @Override
    public void judge(FrameView frame, Judged judged) {
        boolean living = isLiving.test(frame.bucketId());
        parts.hints().entries(frame, (entry, needle) -> judged.accept(entry, fate(entry, living), needle));
    }

    @Override
    public void judgeRemains(FrameView frame, Judged judged) {
        boolean living = isLiving.test(frame.bucketId());
        parts.hints().remains(frame, (entry, needle) -> judged.accept(entry, fate(entry, living), needle));
    }

    @Override
    public Fate judge(HintEntry entry) {
        return fate(entry, isLiving.test(entry.location().bucketId()));
    }

    @Override
    public boolean isLost(int volume) {
        return partition.parity().isLost(volume);
    }

    @Override
    public void moved(FrameView frame, Consumer<HintEntry> entries) {
        if (!frame.isNumbered()) {
            parts.hints().entries(frame, (entry, needle) -> {
                if (needle.isStamped()) {
                    entries.accept(entry);
                }
            });
        }
    }

    private Fate fate(HintEntry entry, boolean living) {
        if (liveness.isLive(entry, mayHaveOlder)) {
            return Fate.LIVE;
        }
        boolean isDeletion =
                entry.location().has(Location.TOMBSTONE) && !entry.location().has(Location.MARKER);
        return living && isDeletion ? Fate.DELETION : Fate.DEAD;
    }

    @Override
    public ScanReport scan(int volume, long fromOffset, FrameVisitor visitor) {
        return parts.log().scanVolume(volume, fromOffset, visitor);
    }

    @Override
    public List<Integer> sealedVolumes() {
        return parts.log().volumes().stream()
                .filter(volume -> volume.state() == VolumeInfo.State.SEALED)
                .map(VolumeInfo::id)
                .toList();
    }

    @Override
    public OptionalInt openVolume() {
        return parts.log().volumes().stream()
                .filter(volume -> volume.state() == VolumeInfo.State.OPEN)
                .mapToInt(VolumeInfo::id)
                .max();
    }

    @Override
    public long end() {
        return parts.log().end();
    }

    @Override
    public Optional<List<HintEntry>> hinted(int volume) {
        Path hint = parts.folder().hint(volume);
        if (!Files.exists(hint)) {
            return Optional.empty();
        }
        try (VolumeLease lease = parts.log().lease(volume)) {
            List<HintEntry> read = new ArrayList<>();
            HintHeader header = HintFile.read(hint, read::add);
            boolean isOfVolume = header.storeId().equals(partition.config().storeId())
                    && header.volume() == volume
                    && header.dataEndBytes() >= lease.dataEnd();
            return isOfVolume ? Optional.of(read) : Optional.empty();
        } catch (CorruptionException | UncheckedIOException e) {
            return Optional.empty(); // A scrub writes it anew, if the volume lets it.
        }
    }

    @Override
    public boolean entries(int volume, Consumer<HintEntry> entries) {
        Optional<List<HintEntry>> hinted = hinted(volume);
        if (hinted.isPresent()) {
            hinted.get().forEach(entries);
            return true;
        }
        return parts.log()
                .scanVolume(volume, 0, frame -> parts.hints().entries(frame, entries))
                .damaged()
                .isEmpty();
    }

    @Override
    public Optional<ByteBuffer> shorter(int bucketId, NeedleView needle) {
        return shortening.shorter(bucketId, needle);
    }

    @Override
    public CompletionStage<Long> move(int bucketId, List<MovedNeedle> needles) {
        long bytes = 0;
        for (MovedNeedle needle : needles) {
            bytes += needle.bytes().remaining();
        }
        long total = bytes;
        return partition
                .submitPatiently(new Mutation.Move(bucketId, List.copyOf(needles), Math.toIntExact(bytes)))
                .thenApply(outcome -> total);
    }

    /** Returns when the index knows everything that was appended before the call. */
    void awaitPublished() {
        barrier(Durability.MEMORY);
    }

    private void barrier(Durability durability) {
        try {
            partition
                    .submitPatiently(new Mutation.Barrier(durability))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HayloftException cause ? cause : e;
        }
    }

    @Override
    public void drop(int volume, long lastDroppedDeletion) {
        barrier(Durability.DISK);
        partition.awaitReaper(); // It may still have to read a replaced manifest in there.
        parts.directory().flush(); // Its checkpoint must not lie before needles that are gone.
        checkNothingPointsAt(volume);
        partition.recordGone(volume, lastDroppedDeletion);
        partition.exclusively(() -> parts.tallies().removeVolume(volume));
        parts.log().delete(volume);
        parts.folder().deleteHint(volume);
    }

    /** The figures say so for nothing; should they be wrong, the index itself is asked. */
    private void checkNothingPointsAt(int volume) {
        if (parts.tallies().volume(volume).liveBytes() == 0) {
            return;
        }
        long[] found = new long[1];
        parts.index().forEach((hash, location) -> {
            if (LogPosition.volume(location.position()) == volume) {
                found[0]++;
            }
        });
        Check.invariant(found[0] == 0, "a volume is dropped that the index points into");
    }
}
