package dev.hayloft.store.upkeep;

import dev.hayloft.erasure.shard.ShardSet;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.store.partition.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for files in a partition's folders that belong to nothing it knows: volumes, hint files and shards of volumes
 * that are not there, and temporary files that whoever wrote them has left. They are told and stay: a file that nobody
 * knows may be the last copy of something. What a stop leaves half done is swept by the next start.
 *
 * <p><i>Threads:</i> any; files that come and go meanwhile are too young to be told.
 */
final class OrphanFiles {
    private static final Logger LOG = System.getLogger(OrphanFiles.class.getName());

    /** A younger file may be on its way to where it belongs. */
    static final Duration AGE_MIN = Duration.ofHours(1);

    private static final int NAMED_MAX = 1000;
    private static final Pattern OF_VOLUME = Pattern.compile("(\\d{10})(-\\d{3})?\\.(volume|hint|shard)");
    private static final String TEMPORARY = ".tmp";

    private final Partition partition;
    private final long bornBeforeMillis;
    private final List<Object> found = new ArrayList<>();

    private OrphanFiles(Partition partition, InstantSource clock) {
        this.partition = partition;
        this.bornBeforeMillis = clock.millis() - AGE_MIN.toMillis();
    }

    /** The files as a job's result names them: path, bytes, reason. */
    static List<Object> find(Partition partition, InstantSource clock) {
        OrphanFiles orphans = new OrphanFiles(partition, clock);
        try {
            orphans.look(partition.config().folder().resolve("volumes"));
            orphans.look(partition.config().folder().resolve("hints"));
            for (Path shards : partition.config().shardFolders()) {
                orphans.look(shards);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        if (!orphans.found.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Partition {0}: files that belong to nothing: {1}",
                    partition.config().name(),
                    orphans.found);
        }
        return List.copyOf(orphans.found);
    }

    private void look(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        List<Path> old = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (isOld(file)) {
                    old.add(file);
                }
            }
        }
        Set<Integer> volumes = new HashSet<>(); // Asked after the files: a volume is known before its file is there.
        for (VolumeInfo info : partition.log().volumes()) {
            volumes.add(info.id());
        }
        for (Path file : old) {
            Optional<String> reason = reason(file, volumes);
            if (reason.isPresent() && isOld(file) && found.size() < NAMED_MAX) {
                found.add(Map.of("path", file.toString(), "bytes", Files.size(file), "reason", reason.get()));
            }
        }
    }

    private boolean isOld(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toMillis() < bornBeforeMillis;
        } catch (NoSuchFileException goneMeanwhile) {
            return false;
        }
    }

    private Optional<String> reason(Path file, Set<Integer> volumes) {
        String name = file.getFileName().toString();
        if (name.endsWith(TEMPORARY)) {
            return Optional.of("a temporary file that was left behind");
        }
        Matcher matcher = OF_VOLUME.matcher(name);
        if (!matcher.matches()) {
            return Optional.of("no name that this store gives");
        }
        int volume = Integer.parseInt(matcher.group(1));
        if (!volumes.contains(volume)) {
            return Optional.of("its volume is not there");
        }
        boolean isStray = name.endsWith(".shard")
                && !isPlaced(
                        partition.parity().find(volume), file.toAbsolutePath().normalize());
        return isStray ? Optional.of("a shard of no encoding that is in use") : Optional.empty();
    }

    private static boolean isPlaced(Optional<ShardSet> set, Path file) {
        return set.isPresent()
                && set.get().places().stream()
                        .anyMatch(place ->
                                place.path().toAbsolutePath().normalize().equals(file));
    }
}
