package dev.hayloft.log;

import dev.hayloft.log.format.VolumeEnd;
import dev.hayloft.log.format.VolumeStart;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Finds the volumes that are there when a log is opened, in whatever state a crash left them, and checks whose they
 * are. Changes nothing on disk.
 */
final class VolumeCatalog {
    private static final Logger LOGGER = System.getLogger(VolumeCatalog.class.getName());

    private final VolumeLogConfig config;
    private final IdleHandles idle;
    private final TreeMap<Integer, VolumeFile> found = new TreeMap<>();
    private final TreeMap<Integer, VolumeStart> starts = new TreeMap<>();

    private VolumeCatalog(VolumeLogConfig config, IdleHandles idle) {
        this.config = config;
        this.idle = idle;
    }

    /** The volumes, by id. */
    static NavigableMap<Integer, VolumeFile> read(
            VolumeLogConfig config, Folders folders, IdleHandles idle, List<ExpectedVolume> expected)
            throws IOException {
        VolumeCatalog catalog = new VolumeCatalog(config, idle);
        try {
            // A file in both folders was being moved: the one that arrived counts.
            for (Map.Entry<Integer, Path> file : folders.listOpen().entrySet()) {
                catalog.add(file.getKey(), file.getValue());
            }
            for (Map.Entry<Integer, Path> file : folders.listSealed().entrySet()) {
                catalog.add(file.getKey(), file.getValue());
            }
            for (Integer volume : folders.listSealed().keySet()) {
                catalog.seal(volume);
            }
            for (ExpectedVolume volume : expected) {
                catalog.expect(volume, folders);
            }
        } finally {
            for (VolumeFile file : catalog.found.values()) {
                file.closeHandles(idle);
            }
        }
        return new ConcurrentSkipListMap<>(catalog.found);
    }

    /** A volume that others know: it is listed though its file is gone or cut. */
    private void expect(ExpectedVolume expected, Folders folders) throws IOException {
        VolumeFile file = found.get(expected.id());
        if (file == null) {
            Path path = folders.sealedPath(expected.id());
            if (!expected.isElsewhere()) {
                LOGGER.log(Level.WARNING, "A sealed volume is gone: {0}", path);
            }
            file = new VolumeFile(expected.id(), path, VolumeInfo.State.OPEN, 0, expected.createdAtMillis());
            found.put(expected.id(), file);
        } else if (!file.isSealed() || file.dataEnd() == expected.dataEndBytes()) {
            return;
        }
        file.sealed(expected.dataEndBytes(), expected.sealedAtMillis());
        file.reopen(idle, expected.isElsewhere());
    }

    private void add(int volume, Path path) throws IOException {
        VolumeFile probe = new VolumeFile(volume, path, VolumeInfo.State.OPEN, Files.size(path), 0);
        try {
            Optional<VolumeStart> start = Marks.readStart(probe, idle);
            if (start.isPresent()) {
                checkIdentity(start.get(), volume, path);
                starts.put(volume, start.get());
            } else if (!holdsFrames(probe)) {
                LOGGER.log(Level.INFO, "A volume was begun and never written, and is left out: {0}", path);
                return;
            } else {
                LOGGER.log(Level.WARNING, "The start of a volume is damaged: {0}", path);
            }
            long created = start.isPresent()
                    ? start.get().createdAtMillis()
                    : Files.getLastModifiedTime(path).toMillis();
            found.put(volume, new VolumeFile(volume, path, VolumeInfo.State.OPEN, probe.dataEnd(), created));
        } finally {
            probe.closeHandles(idle);
        }
    }

    private boolean holdsFrames(VolumeFile probe) throws IOException {
        FrameScanner scanner = new FrameScanner(probe, idle, probe.writtenEnd(), FrameScanner.WINDOW_SIZE);
        return scanner.findFrame(0, scanner.limit()) >= 0;
    }

    private void checkIdentity(VolumeStart start, int volume, Path path) {
        if (!start.storeId().equals(config.storeId())
                || start.partition() != config.partition()
                || start.volume() != volume) {
            throw new StoreClosedException(
                            ErrorCode.UNAVAILABLE, "A volume belongs to another store, partition or number.")
                    .with("file", path)
                    .with("store", start.storeId())
                    .with("partition", start.partition())
                    .with("volume", start.volume());
        }
    }

    private void seal(int volume) throws IOException {
        VolumeFile file = found.get(volume);
        if (file == null) {
            return;
        }
        long size = file.dataEnd();
        Optional<VolumeEnd> end = Marks.readEnd(file, idle, size - Integer.BYTES);
        VolumeStart next = starts.get(volume + 1);
        if (end.isPresent()) {
            file.sealed(size - Integer.BYTES, OptionalLong.of(end.get().sealedAtMillis()));
        } else if (next != null) {
            file.sealed(next.previousDataEnd(), OptionalLong.of(next.createdAtMillis()));
        } else {
            file.sealed(FrameScanner.align(size), OptionalLong.empty());
        }
    }
}
