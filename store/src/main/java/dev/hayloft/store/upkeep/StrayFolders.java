package dev.hayloft.store.upkeep;

import dev.hayloft.store.partition.Partition;
import dev.hayloft.store.partition.PartitionConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks beside the folders of partitions and of their shards, on every disk, for such as belong to no partition, and
 * for bodies of requests that a stop left in {@code DATA/spool}. They are told and stay.
 *
 * <p><i>Threads:</i> any.
 */
final class StrayFolders {
    private static final Logger LOG = System.getLogger(StrayFolders.class.getName());
    private static final int NAMED_MAX = 1000;

    private final long bornBeforeMillis;
    private final List<Object> found = new ArrayList<>();

    private StrayFolders(long bornBeforeMillis) {
        this.bornBeforeMillis = bornBeforeMillis;
    }

    /**
     * What was found, as a job's result names it: path, bytes, reason.
     *
     * @param bornBeforeMillis what is younger may be on its way to where it belongs
     */
    static List<Object> find(List<Partition> partitions, long bornBeforeMillis) {
        StrayFolders strays = new StrayFolders(bornBeforeMillis);
        Set<Path> known = new HashSet<>();
        Set<Path> parents = new HashSet<>();
        for (Partition partition : partitions) {
            Path folder = absolute(partition.config().folder());
            if (partition.config().id() == PartitionConfig.SYSTEM) {
                strays.look(folder.resolveSibling("spool"), Set.of(), "the body of a request that has ended");
                continue;
            }
            known.add(folder);
            parents.add(folder.resolveSibling(""));
            for (Path shards : partition.config().shardFolders()) {
                if (!absolute(shards).startsWith(folder)) {
                    known.add(absolute(shards));
                    parents.add(absolute(shards).resolveSibling(""));
                    parents.add(absolute(shards).resolveSibling("../partitions"));
                }
            }
        }
        for (Path parent : parents) {
            strays.look(absolute(parent), known, "no partition that this store has there");
        }
        if (!strays.found.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Beside the partitions: files and folders that belong to nothing: {0}",
                    strays.found);
        }
        return List.copyOf(strays.found);
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private void look(Path parent, Set<Path> known, String reason) {
        if (!Files.isDirectory(parent)) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(parent)) {
            for (Path child : children) {
                if (!known.contains(child) && isOld(child)) {
                    add(child, sizeBytes(child), reason);
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            add(parent, 0, "cannot be looked into: " + unreadable);
        }
    }

    private void add(Path path, long bytes, String reason) {
        if (found.size() < NAMED_MAX) {
            found.add(Map.of("path", path.toString(), "bytes", bytes, "reason", reason));
        }
    }

    private boolean isOld(Path path) throws IOException {
        try {
            return Files.getLastModifiedTime(path).toMillis() < bornBeforeMillis;
        } catch (NoSuchFileException goneMeanwhile) {
            return false;
        }
    }

    /** Of a file, or of all files in a folder; 0 if they do not let themselves be read. */
    private static long sizeBytes(Path path) {
        try (Stream<Path> all = Files.walk(path)) {
            long sum = 0;
            for (Path each : (Iterable<Path>) all::iterator) {
                sum += Files.isRegularFile(each) ? Files.size(each) : 0;
            }
            return sum;
        } catch (IOException | UncheckedIOException goneOrUnreadable) {
            return 0;
        }
    }
}
