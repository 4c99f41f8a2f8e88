package dev.hayloft.store.backup;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.VolumeContent;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionCut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Makes a backup of a running store: one cut over all partitions, at which every open volume is sealed, then a link or
 * a copy of each sealed volume that is not in the folder yet. The volumes of the cut are leased while that lasts, so
 * that compaction may go on and takes none of them away. What is damaged comes along as far as it can be read, and is
 * named in the result and in the list.
 *
 * <p>The folder holds one backup, the last one. Its list is replaced in one step when all of it is there; what the list
 * before named is left alone until then, and goes after that unless it was taken over. Keys come along, the master key
 * of encryption never does.
 *
 * <p><i>Threads:</i> any that may block; one backup is made at a time.
 */
public final class Backup {
    private static final Logger LOG = System.getLogger(Backup.class.getName());
    private static final String STORE_FILE = "STORE";
    private static final List<String> KEY_FILES = List.of("store.key", "root.key");
    private static final List<String> PARTIAL_FILES =
            List.of("store.key.tmp", "root.key.tmp", "STORE.tmp", "BACKUP.tmp");
    private static final long WAIT_NANOS = 10_000_000;

    private final DataFolder data;
    private final List<Partition> partitions;
    private final InstantSource clock;
    private final AtomicBoolean isAtWork = new AtomicBoolean();
    private long lostBytes; // Of the run that is under way.
    private final List<String> damagedVolumes = new ArrayList<>(); // Likewise.

    /**
     * Of these partitions, the system's first: what is deleted from it while the rest is copied is not missed.
     *
     * @param data whose store this is
     */
    public Backup(DataFolder data, List<Partition> partitions, InstantSource clock) {
        this.data = data;
        this.partitions = List.copyOf(partitions);
        this.clock = clock;
    }

    /**
     * Whether a backup may go to this folder.
     *
     * @throws RequestException {@code bad-parameter} with what is wrong
     */
    public void check(Path folder) {
        Path real = real(folder.toAbsolutePath());
        Path own = real(data.path().toAbsolutePath());
        if (!folder.isAbsolute()) {
            throw refused("A backup needs the absolute path of a folder on the server.", folder);
        }
        if (real.startsWith(own) || own.startsWith(real)) {
            throw refused("A backup does not go into the data folder, nor around it.", folder);
        }
        Optional<BackupList> last = BackupList.read(folder);
        if (last.isPresent() && !last.get().storeId().equals(data.storeId())) {
            throw refused("The folder holds the backup of another store.", folder);
        }
        if (last.isEmpty() && !isEmptyOrBegun(folder)) {
            throw refused("The folder holds something else than a backup.", folder);
        }
    }

    /** Where a path leads, behind all links; of what is not there yet, where it will be. */
    private static Path real(Path path) {
        Path parent = path.getParent();
        if (Files.exists(path) || parent == null) {
            try {
                return path.toRealPath();
            } catch (IOException e) {
                throw refused("The folder cannot be reached.", path).with("reason", e);
            }
        }
        Path below = real(parent).resolve(path.getFileName()).normalize();
        return Files.exists(below) ? real(below) : below;
    }

    private static RequestException refused(String sentence, Path folder) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence)
                .with("parameter", "directory")
                .with("value", folder);
    }

    private boolean isEmptyOrBegun(Path folder) {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : (Iterable<Path>) children::iterator) {
                if (!isOfBegunBackup(child)) {
                    return false;
                }
            }
            return true;
        } catch (IOException | UncheckedIOException e) {
            throw refused("There is no folder here, or it cannot be read.", folder)
                    .with("reason", e);
        }
    }

    /** Whether a first backup of this store that came to no end may have left this. */
    private boolean isOfBegunBackup(Path child) throws IOException {
        String name = child.getFileName().toString();
        if (Files.isDirectory(child)) {
            return List.of("partitions", "system").contains(name);
        }
        if (name.equals(STORE_FILE) || KEY_FILES.contains(name)) {
            Path own = data.path().resolve(name);
            return Files.exists(own) && Files.mismatch(own, child) < 0;
        }
        return name.equals(BackupList.NAME) // Another job of this store has just finished it.
                || PARTIAL_FILES.contains(name);
    }

    /**
     * What was done.
     *
     * @param lostBytes of volumes that nothing made up for
     * @param damagedVolumes those that the backup does not have as they were written, or not at all
     */
    public record Done(long files, long bytes, long copiedBytes, long lostBytes, List<String> damagedVolumes) {
        public Done {
            damagedVolumes = List.copyOf(damagedVolumes);
        }
    }

    /** Says how far it is. */
    public interface Watcher {
        /** So many bytes are to be looked at. */
        void expect(long bytes);

        /** So many were; may throw to end the work. */
        void advance(long bytes);

        /** Whether to stop waiting. */
        boolean isStopping();
    }

    /** Makes it. */
    public Done run(Path folder, Watcher watcher) {
        check(folder);
        while (!isAtWork.compareAndSet(false, true)) { // Another one was paused and goes on.
            watcher.advance(0);
            LockSupport.parkNanos(WAIT_NANOS);
        }
        try {
            return make(folder, watcher);
        } finally {
            isAtWork.set(false);
        }
    }

    private Done make(Path folder, Watcher watcher) {
        BackupFiles files = new BackupFiles(folder, data.incarnation());
        long createdAtMillis = clock.millis();
        List<PartitionCut> cuts = cut(watcher::isStopping);
        try {
            watcher.expect(cuts.stream().mapToLong(PartitionCut::bytes).sum());
            lostBytes = 0;
            damagedVolumes.clear();
            long copied = 0;
            for (PartitionCut cut : cuts) {
                copied += copy(cut, files, watcher::advance);
            }
            for (String name : KEY_FILES) {
                if (Files.exists(data.path().resolve(name))) {
                    files.addText(name, text(name), true);
                }
            }
            files.addText(STORE_FILE, text(STORE_FILE), false);
            new BackupList(data.storeId(), data.incarnation(), createdAtMillis, files.all(), files.damaged())
                    .write(folder);
            files.deleteOthers();
            long bytes = files.all().values().stream()
                    .mapToLong(BackupList.Entry::bytes)
                    .sum();
            return new Done(files.all().size(), bytes, copied, lostBytes, damagedVolumes);
        } finally {
            cuts.forEach(PartitionCut::close);
        }
    }

    private String text(String name) {
        try {
            return Files.readString(data.path().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<PartitionCut> cut(BooleanSupplier isStopping) {
        return PartitionCut.all(partitions, isStopping);
    }

    private long copy(PartitionCut cut, BackupFiles files, LongConsumer progress) {
        String prefix = (cut.name().equals("system") ? cut.name() : "partitions/" + cut.name()) + "/";
        long copied = 0;
        for (PartitionCut.Volume volume : cut.volumes()) {
            String path = prefix + "volumes/%010d.volume".formatted(volume.id());
            Optional<BackupList.Entry> kept =
                    files.keep(path, volume.path(), (file, entry) -> CopiedVolume.isGood(volume, file, entry));
            if (kept.isPresent()) {
                progress.accept(kept.get().bytes());
            } else {
                VolumeCopy.Result result = files.addVolume(path, target -> VolumeCopy.copy(volume, target, progress));
                copied += result.entry().map(BackupList.Entry::bytes).orElse(0L);
                long lost = lost(volume, path, files, result);
                lostBytes += lost;
                if (!result.isWhole() && (lost > 0 || result.lostBytes() == 0)) {
                    damagedVolumes.add(cut.name() + "-" + volume.id());
                }
            }
            addHint(prefix + "hints/" + volume.hint().getFileName(), volume.hint(), kept.isPresent(), files);
        }
        cut.record().ifPresent(text -> files.addText(prefix + "COMPACTED", text, false));
        return copied;
    }

    /** Bytes of a volume that are lost; what the last backup has of it stays if it lacks no more. */
    private static long lost(PartitionCut.Volume volume, String path, BackupFiles files, VolumeCopy.Result result) {
        Optional<ShardSet> shards = volume.parity().find(volume.id());
        return result.lostBytes() == 0 || result.entry().isEmpty() || shards.isEmpty()
                ? result.lostBytes()
                : files.keepBetter(path, file -> VolumeContent.wrongBytes(shards.get(), file), result.lostBytes());
    }

    /** Not having one costs a start its time, so one that cannot be read is left out. */
    private static void addHint(String path, Path hint, boolean isVolumeKept, BackupFiles files) {
        if (files.keep(path, hint, (file, entry) -> isVolumeKept).isPresent() || !Files.exists(hint)) {
            return;
        }
        try {
            files.add(path, target -> FileCopy.copy(hint, target, bytes -> {}));
        } catch (UncheckedIOException failed) {
            if (isReadable(hint)) {
                throw failed;
            }
            LOG.log(Level.WARNING, "A hint file cannot be read, and the backup lacks it: " + hint, failed);
        }
    }

    private static boolean isReadable(Path file) {
        try {
            FileCopy.read(file, bytes -> {});
            return true;
        } catch (UncheckedIOException unreadable) {
            return false;
        }
    }

    /** Names of all files in a backup that are missing or not as they were written; for whoever wants to be sure. */
    public static List<String> verify(Path folder) {
        List<String> wrong = new ArrayList<>();
        BackupList list = BackupList.read(folder).orElseThrow(() -> refused("The folder holds no backup.", folder));
        list.files().forEach((path, entry) -> {
            Path file = folder.resolve(path);
            if (!Files.isRegularFile(file) || !FileCopy.read(file, bytes -> {}).equals(entry)) {
                wrong.add(path);
            }
        });
        return wrong;
    }
}
