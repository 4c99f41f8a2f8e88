package dev.hayloft.store.backup;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.erasure.shard.VolumeAssembly;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.folder.SmallFiles;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Makes a backup of a running store: one cut over all partitions, at which every open volume is sealed, then a link or
 * a copy of each sealed volume that is not in the folder yet. The volumes of the cut are leased while that lasts, so
 * that compaction may go on and takes none of them away.
 *
 * <p>The folder holds one backup, the last one. Its list is replaced in one step when all of it is there; what only
 * older lists named goes after that. Keys come along, the master key of encryption never does.
 *
 * <p><i>Threads:</i> any that may block; one backup is made at a time.
 */
public final class Backup {
    private static final Logger LOG = System.getLogger(Backup.class.getName());
    private static final List<String> KEY_FILES = List.of("store.key", "root.key");
    private static final long WAIT_NANOS = 10_000_000;

    private final DataFolder data;
    private final List<Partition> partitions;
    private final InstantSource clock;
    private final AtomicBoolean isAtWork = new AtomicBoolean();
    private long lostBytes; // Of the run that is under way.

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
        Path real = folder.toAbsolutePath().normalize();
        Path own = data.path().toAbsolutePath().normalize();
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
        if (last.isEmpty() && !isEmpty(folder)) {
            throw refused("The folder holds something else than a backup.", folder);
        }
    }

    private static RequestException refused(String sentence, Path folder) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence)
                .with("parameter", "directory")
                .with("value", folder);
    }

    /** Also when a backup was begun there and not finished. */
    private static boolean isEmpty(Path folder) {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.allMatch(child ->
                    List.of("partitions", "system").contains(child.getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was done. */
    public record Done(long files, long bytes, long copiedBytes, long lostBytes) {}

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
        SortedMap<String, BackupList.Entry> before =
                BackupList.read(folder).map(BackupList::files).orElse(new TreeMap<>());
        long createdAtMillis = clock.millis();
        List<PartitionCut> cuts = cut(watcher::isStopping);
        try {
            watcher.expect(cuts.stream().mapToLong(PartitionCut::bytes).sum());
            SortedMap<String, BackupList.Entry> files = new TreeMap<>();
            lostBytes = 0;
            long copied = 0;
            for (PartitionCut cut : cuts) {
                copied += copy(folder, cut, before, files, watcher::advance);
            }
            for (String name : KEY_FILES) {
                if (Files.exists(data.path().resolve(name))) {
                    files.put(name, copySecret(data.path().resolve(name), folder.resolve(name)));
                }
            }
            files.put("STORE", FileCopy.copy(data.path().resolve("STORE"), folder.resolve("STORE"), bytes -> {}));
            new BackupList(data.storeId(), data.incarnation(), createdAtMillis, files).write(folder);
            before.keySet().stream()
                    .filter(path -> !files.containsKey(path))
                    .forEach(path -> SmallFiles.delete(folder.resolve(path)));
            long bytes =
                    files.values().stream().mapToLong(BackupList.Entry::bytes).sum();
            return new Done(files.size(), bytes, copied, lostBytes);
        } finally {
            cuts.forEach(PartitionCut::close);
        }
    }

    private static BackupList.Entry copySecret(Path source, Path target) {
        try {
            SmallFiles.writeSecret(target, Files.readString(source));
            return FileCopy.read(target, bytes -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<PartitionCut> cut(BooleanSupplier isStopping) {
        return PartitionCut.all(partitions, isStopping);
    }

    private long copy(
            Path folder,
            PartitionCut cut,
            SortedMap<String, BackupList.Entry> before,
            SortedMap<String, BackupList.Entry> files,
            LongConsumer progress) {
        String prefix = (cut.name().equals("system") ? cut.name() : "partitions/" + cut.name()) + "/";
        long copied = 0;
        for (PartitionCut.Volume volume : cut.volumes()) {
            String path = prefix + "volumes/%010d.volume".formatted(volume.id());
            BackupList.Entry known = before.get(path);
            Path target = folder.resolve(path);
            if (known != null && Files.isRegularFile(target) && known.bytes() == size(target)) {
                files.put(path, known);
                progress.accept(known.bytes());
            } else {
                BackupList.Entry entry = copy(volume, target, progress);
                files.put(path, entry);
                copied += entry.bytes();
            }
            if (Files.exists(volume.hint())) {
                String hint = prefix + "hints/" + volume.hint().getFileName();
                BackupList.Entry knownHint = before.get(hint);
                boolean isThere = knownHint != null
                        && Files.isRegularFile(folder.resolve(hint))
                        && size(folder.resolve(hint)) == knownHint.bytes();
                files.put(hint, isThere ? knownHint : FileCopy.copy(volume.hint(), folder.resolve(hint), bytes -> {}));
            }
        }
        cut.record().ifPresent(text -> {
            Path target = folder.resolve(prefix + "COMPACTED");
            SmallFiles.write(target, text);
            files.put(prefix + "COMPACTED", FileCopy.read(target, bytes -> {}));
        });
        return copied;
    }

    /**
     * A volume's file, linked or copied. One that has none any more, because its shards are spread over the disks, or
     * that is known to be damaged, is put together from its shards.
     */
    private BackupList.Entry copy(PartitionCut.Volume volume, Path target, LongConsumer progress) {
        Optional<ShardSet> shards = volume.parity().find(volume.id());
        boolean isDamaged = volume.parity().isDamaged(volume.id());
        if (shards.filter(set -> isDamaged || !set.layout().inPlace()).isPresent()) {
            return assemble(shards.get(), volume, target, progress);
        }
        try {
            return FileCopy.link(volume.path(), target, progress);
        } catch (UncheckedIOException gone) { // It may have been encoded meanwhile; no other end takes its file.
            ShardSet meanwhile = volume.parity().find(volume.id()).orElseThrow(() -> gone);
            return assemble(meanwhile, volume, target, progress);
        }
    }

    private BackupList.Entry assemble(ShardSet shards, PartitionCut.Volume volume, Path target, LongConsumer progress) {
        long[] lost = new long[1];
        BackupList.Entry entry =
                FileCopy.write(target, sink -> lost[0] = VolumeAssembly.assemble(shards, sink::write), progress);
        if (lost[0] > 0) {
            LOG.log(
                    Level.WARNING,
                    "Volume {0} is damaged beyond its parity: the backup lacks {1} bytes of it.",
                    volume.id(),
                    lost[0]);
            lostBytes += lost[0];
        }
        return entry;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
