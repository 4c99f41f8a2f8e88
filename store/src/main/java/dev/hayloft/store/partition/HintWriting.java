package dev.hayloft.store.partition;

import dev.hayloft.index.BucketTally;
import dev.hayloft.index.HintEntry;
import dev.hayloft.index.HintFile;
import dev.hayloft.index.HintHeader;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * From needles to index entries, and from a sealed volume to its hint file.
 *
 * <p><i>Threads:</i> any; each call on its own.
 */
final class HintWriting {
    private static final Logger LOG = System.getLogger(HintWriting.class.getName());

    private final PartitionConfig config;
    private final PartitionFolder folder;
    private final KeyHasher hasher;

    HintWriting(PartitionConfig config, PartitionFolder folder, KeyHasher hasher) {
        this.config = config;
        this.folder = folder;
        this.hasher = hasher;
    }

    KeyHasher hasher() {
        return hasher;
    }

    /** Hands on the index entries of a frame's needles, tombstones flagged; marks of a volume's life have none. */
    void entries(FrameView frame, Consumer<HintEntry> entries) {
        entries(frame, (entry, needle) -> entries.accept(entry));
    }

    /** The same, each with its needle. */
    void entries(FrameView frame, BiConsumer<HintEntry, NeedleView> entries) {
        frame.forEachNeedle(needle -> {
            if (isEntry(needle)) {
                entries.accept(entry(frame, needle), needle);
            }
        });
    }

    /** As {@link #entries}, of a damaged frame: of its needles that are whole. */
    void remains(FrameView frame, BiConsumer<HintEntry, NeedleView> entries) {
        frame.forEachIntactNeedle(needle -> {
            if (isEntry(needle)) {
                entries.accept(entry(frame, needle), needle);
            }
        });
    }

    private static boolean isEntry(NeedleView needle) {
        return switch (needle.type()) {
            case OBJECT, TOMBSTONE, EXTENT -> true;
            case VOLUME_START, VOLUME_END, PRODUCERS -> false;
        };
    }

    private HintEntry entry(FrameView frame, NeedleView needle) {
        return new HintEntry(hash(frame, needle), needle.sequence(), location(frame, needle));
    }

    private static int flags(NeedleView needle) {
        int type =
                switch (needle.type()) {
                    case OBJECT -> needle.isManifest() ? Location.MANIFEST : 0;
                    case TOMBSTONE -> Location.TOMBSTONE;
                    default -> Location.EXTENT | (needle.sha256().isPresent() ? Location.SHARED : 0);
                };
        return type
                | (needle.expiresAtMillis().isPresent() ? Location.EXPIRES : 0)
                | (needle.isKept() ? Location.KEPT : 0)
                | (needle.isMarker() ? Location.MARKER : 0)
                | (needle.isManifest() && needle.coding().shared() ? Location.SHARED : 0)
                | (needle.isAppended() ? Location.APPENDED : 0)
                | (needle.endsOlder() ? Location.UP_TO : 0);
    }

    private KeyHash hash(FrameView frame, NeedleView needle) {
        return switch (needle.type()) {
            case EXTENT ->
                needle.sha256()
                        .map(digest -> hasher.content(
                                frame.bucketId(),
                                digest,
                                needle.contentSize(),
                                needle.coding().encrypted()))
                        .orElseGet(() -> hasher.extent(frame.bucketId(), ManifestFormat.extentId(needle.key())));
            default -> hasher.object(frame.bucketId(), needle.key());
        };
    }

    private static Location location(FrameView frame, NeedleView needle) {
        return new Location(
                frame.position(),
                needle.offsetInFrame(),
                needle.sizeBytes(),
                needle.version(),
                needle.type() == NeedleType.TOMBSTONE ? 0 : needle.contentSize(),
                flags(needle),
                frame.bucketId(),
                needle.timeMillis(),
                needle.namedVersion(),
                needle.expiresAtMillis().orElse(0));
    }

    /**
     * Writes the hint file of a sealed volume; a failure costs a later start some time, nothing else. The volume is
     * leased until the file has its name: should it be deleted meanwhile, its files go with that lease or a later one,
     * and the hint file before them. One that came after them would speak of a lost volume.
     *
     * @return bytes of deletions in it, by bucket; empty after a failure, and for a volume that is gone
     */
    Optional<Map<Integer, Long>> write(VolumeLog log, int volume) {
        try (VolumeLease lease = log.lease(volume)) {
            return Optional.of(write(log, lease));
        } catch (RequestException gone) {
            return Optional.empty();
        } catch (HayloftException | UncheckedIOException e) {
            LOG.log(
                    Level.WARNING,
                    "The hint file of volume " + volume + " could not be written; it will be tried at the next start.",
                    e);
            return Optional.empty();
        }
    }

    private Map<Integer, Long> write(VolumeLog log, VolumeLease lease) {
        int volume = lease.volume();
        Tally tally = new Tally();
        HintFile.write(
                folder.hint(volume),
                header(volume, 0, tally),
                entries -> tally.report(log.scanVolume(volume, 0, new FrameVisitor() {
                    @Override
                    public void frame(FrameView frame) {
                        entries(frame, entry -> {
                            tally.add(entry);
                            entries.accept(entry);
                        });
                    }
                })),
                () -> header(volume, tally.dataEndBytes, tally));
        return tally.deletions;
    }

    /** Writes the hint file of a volume that is there if it is missing or damaged; answers whether it did. */
    boolean ensure(VolumeLog log, int volume) {
        try (VolumeLease lease = log.lease(volume)) {
            Check.intact(isIntact(log, lease.volume()), "a hint file speaks of another state of its volume");
            return false;
        } catch (RequestException gone) {
            return false;
        } catch (CorruptionException | UncheckedIOException unusable) {
            LOG.log(Level.WARNING, "The hint file of volume {0} is missing or damaged and is written anew.", volume);
            return write(log, volume).isPresent();
        }
    }

    /**
     * Whether the hint file of a volume is whole and speaks of it as it is.
     *
     * @throws CorruptionException when it is damaged
     */
    private boolean isIntact(VolumeLog log, int volume) {
        return isOf(HintFile.read(folder.hint(volume), entry -> {}), log, volume);
    }

    /** The header of a sealed volume's hint file, if that is whole and speaks of all that is there of the volume. */
    Optional<HintHeader> find(VolumeInfo volume) {
        Path file = folder.hint(volume.id());
        if (volume.state() != VolumeInfo.State.SEALED || !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(HintFile.read(file, entry -> {}))
                    .filter(header -> header.storeId().equals(config.storeId())
                            && header.volume() == volume.id()
                            && header.dataEndBytes() >= volume.dataEndBytes());
        } catch (CorruptionException | UncheckedIOException unusable) {
            return Optional.empty();
        }
    }

    private boolean isOf(HintHeader header, VolumeLog log, int volume) {
        return header.storeId().equals(config.storeId())
                && header.volume() == volume
                && log.volumes().stream()
                        .anyMatch(info -> info.id() == volume && info.dataEndBytes() == header.dataEndBytes());
    }

    private HintHeader header(int volume, long dataEndBytes, Tally tally) {
        List<BucketTally> tallies = new ArrayList<>();
        tally.bytes.forEach((bucketId, bytes) ->
                tallies.add(new BucketTally(bucketId, bytes, tally.needles.getOrDefault(bucketId, 0L))));
        return new HintHeader(
                config.storeId(), config.id(), volume, dataEndBytes, tally.firstSequence, tally.lastSequence, tallies);
    }

    /** What is known of a volume only when its last needle has been seen. */
    private static final class Tally {
        private final Map<Integer, Long> bytes = new TreeMap<>();
        private final Map<Integer, Long> needles = new TreeMap<>();
        private final Map<Integer, Long> deletions = new TreeMap<>();
        private long firstSequence = Long.MAX_VALUE;
        private long lastSequence;
        private long dataEndBytes;

        void add(HintEntry entry) {
            int bucketId = entry.location().bucketId();
            bytes.merge(bucketId, (long) entry.location().needleSize(), Long::sum);
            needles.merge(bucketId, 1L, Long::sum);
            if (entry.location().has(Location.TOMBSTONE) && !entry.location().has(Location.MARKER)) {
                deletions.merge(bucketId, (long) entry.location().needleSize(), Long::sum);
            }
            firstSequence = Math.min(firstSequence, entry.sequence());
            lastSequence = Math.max(lastSequence, entry.sequence());
        }

        void report(ScanReport report) {
            if (!report.damaged().isEmpty()) { // What it does not name, a rebuild would take for gone.
                throw new CorruptionException("A damaged volume gets no hint file.")
                        .with("volume", report.damaged().get(0).volume());
            }
            dataEndBytes = LogPosition.offset(report.end());
        }
    }
}
