package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One partition as it stood at the cut: its sealed volumes, leased until this is closed.
 *
 * <p><i>Threads:</i> one.
 */
public final class PartitionCut implements AutoCloseable {
    /**
     * A sealed volume.
     *
     * @param id its number
     * @param path its file, which stays while the cut is open
     * @param hint its hint file, which may be absent, or vanish
     * @param bytes of the file's data
     * @param parity knows its shards, which may come to stand for it while the cut is open
     * @param log whose volume it is
     */
    public record Volume(int id, Path path, Path hint, long bytes, ParityKeeper parity, VolumeLog log) {}

    private final String name;
    private final List<Volume> volumes;
    private final List<VolumeLease> leases;
    private final Optional<String> record;

    private PartitionCut(String name, List<Volume> volumes, List<VolumeLease> leases, Optional<String> record) {
        this.name = name;
        this.volumes = List.copyOf(volumes);
        this.leases = List.copyOf(leases);
        this.record = record;
    }

    /**
     * Cuts all partitions at once. Everything that was acknowledged before the call is in the cut, all else is in it or
     * not as a whole, cause before effect.
     *
     * @throws CapacityException {@code unavailable} when the partitions could not be stopped together
     */
    public static List<PartitionCut> all(List<Partition> partitions, BooleanSupplier isStopping) {
        return takingTurns(partitions, 0, isStopping, () -> cut(partitions));
    }

    /** Compactions and rebuilds wait while the cut is made, and no longer. */
    private static <T> T takingTurns(
            List<Partition> partitions, int next, BooleanSupplier isStopping, Supplier<T> work) {
        return next == partitions.size()
                ? work.get()
                : partitions
                        .get(next)
                        .maintenance()
                        .during(isStopping, () -> takingTurns(partitions, next + 1, isStopping, work));
    }

    private static List<PartitionCut> cut(List<Partition> partitions) {
        for (Partition partition : partitions) {
            if (partition.problem().isPresent()) {
                throw PartitionWriter.readOnly()
                        .with("partition", partition.config().name());
            }
        }
        CutGate gate = new CutGate(partitions.size());
        List<CompletableFuture<Mutation.Outcome>> sealed = new ArrayList<>();
        for (Partition partition : partitions) {
            CompletableFuture<Mutation.Outcome> cut = partition.trySubmit(new Mutation.Cut(gate));
            sealed.add(cut);
            if (cut.isCompletedExceptionally()) {
                gate.fail(); // Its writer does not hear of the cut, and the others must not wait for it.
            }
        }
        try {
            sealed.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw e.getCause() instanceof HayloftException cause ? cause : e;
        }
        if (gate.isBroken()) {
            throw new CapacityException(
                    ErrorCode.UNAVAILABLE, "The partitions did not stop together in time; try again.");
        }
        List<PartitionCut> cuts = new ArrayList<>();
        boolean isDone = false;
        try {
            for (int i = 0; i < partitions.size(); i++) {
                int before = ((Mutation.Outcome.CutMade) sealed.get(i).join()).openVolume();
                cuts.add(of(partitions.get(i), before));
            }
            isDone = true;
            return cuts;
        } finally {
            if (!isDone) {
                cuts.forEach(PartitionCut::close);
            }
        }
    }

    private static PartitionCut of(Partition partition, int before) {
        PartitionFolder folder = partition.parts().folder();
        List<Volume> volumes = new ArrayList<>();
        List<VolumeLease> leases = new ArrayList<>();
        for (VolumeInfo volume : partition.log().volumes()) {
            if (volume.id() < before) {
                leases.add(partition.log().lease(volume.id()));
                volumes.add(new Volume(
                        volume.id(),
                        volume.path(),
                        folder.hint(volume.id()),
                        volume.dataEndBytes(),
                        partition.parity(),
                        partition.log()));
            }
        }
        try {
            Optional<String> record = Files.exists(folder.compactionRecord())
                    ? Optional.of(Files.readString(folder.compactionRecord()))
                    : Optional.empty();
            return new PartitionCut(partition.config().name(), volumes, leases, record);
        } catch (IOException e) {
            leases.forEach(VolumeLease::close);
            throw new UncheckedIOException(e);
        }
    }

    /** The partition's name. */
    public String name() {
        return name;
    }

    /** Its volumes, all sealed. */
    public List<Volume> volumes() {
        return volumes;
    }

    /** Bytes of all of them. */
    public long bytes() {
        return volumes.stream().mapToLong(Volume::bytes).sum();
    }

    /** What compaction had noted, the text of its file. */
    public Optional<String> record() {
        return record;
    }

    @Override
    public void close() {
        leases.forEach(VolumeLease::close);
    }
}
