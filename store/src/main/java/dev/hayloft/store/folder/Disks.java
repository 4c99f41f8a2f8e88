package dev.hayloft.store.folder;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The data folder and the folders on further disks: which partition stands on which, and where shards go.
 *
 * <p>A further disk has a file {@code DISK} with lines {@code format=1} and {@code storeId}: a folder of another store
 * is refused. A partition stays where it is found; a new one, or one whose disk was emptied, goes by its number.
 *
 * <p><i>Threads:</i> immutable; any.
 */
public final class Disks {
    private static final Logger LOG = System.getLogger(Disks.class.getName());
    private static final String IDENTITY = "DISK";
    private static final String KNOWN = "DISKS";
    static final String PARTITIONS = "partitions";

    private final List<Path> roots;

    private Disks(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * Opens the folders; they are made where they are absent.
     *
     * @throws StoreClosedException when one belongs to another store, or is named twice
     */
    public static Disks open(Path data, List<Path> further, UUID storeId) {
        List<Path> roots = new ArrayList<>();
        List<Path> real = new ArrayList<>();
        roots.add(data);
        try {
            real.add(data.toRealPath());
            for (Path disk : further) {
                Files.createDirectories(disk);
                if (real.contains(disk.toRealPath())) {
                    throw new StoreClosedException(ErrorCode.UNAVAILABLE, "A folder is named twice in storage.disks.")
                            .with("folder", disk);
                }
                identify(disk, storeId);
                roots.add(disk);
                real.add(disk.toRealPath());
            }
            remember(data, roots, real);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Disks(roots);
    }

    /**
     * Keeps in the data folder which further disks there were, so that one that is only forgotten in the settings is
     * missed before its partitions are begun anew elsewhere. One whose folder is gone or empty is lost, and not missed.
     */
    private static void remember(Path data, List<Path> roots, List<Path> real) throws IOException {
        Path file = data.resolve(KNOWN);
        Set<String> known = new TreeSet<>();
        for (Path folder : known(data)) {
            known.add(folder.toString());
            if (!real.contains(Files.exists(folder) ? folder.toRealPath() : folder)) {
                requireNoPartitionOnlyIn(folder, roots);
            }
        }
        boolean changed = false;
        for (Path disk : real.subList(1, real.size())) {
            changed |= known.add(disk.toString());
        }
        if (changed) {
            SmallFiles.write(file, String.join("\n", known) + "\n");
        }
    }

    /** The further disks that a data folder ever had, as far as it knows. */
    static List<Path> known(Path data) throws IOException {
        Path file = data.resolve(KNOWN);
        return Files.exists(file)
                ? Files.readAllLines(file).stream().map(Path::of).toList()
                : List.of();
    }

    private static void requireNoPartitionOnlyIn(Path forgotten, List<Path> roots) throws IOException {
        Path partitions = forgotten.resolve(PARTITIONS);
        if (!Files.isDirectory(partitions)) {
            return;
        }
        try (Stream<Path> folders = Files.list(partitions)) {
            for (Path folder : (Iterable<Path>) folders::iterator) {
                String id = String.valueOf(folder.getFileName());
                boolean elsewhere = roots.stream().anyMatch(root -> hasLog(root, id));
                if (hasLog(forgotten, id) && !elsewhere) {
                    throw new StoreClosedException(
                                    ErrorCode.UNAVAILABLE,
                                    "A partition stands on a disk that storage.disks does not name any more; name it"
                                            + " again, or move the partition's folder. Nothing was changed.")
                            .with("folder", forgotten)
                            .with("partition", id);
                }
            }
        }
    }

    private static boolean hasLog(Path root, String partition) {
        return Files.isDirectory(root.resolve(PARTITIONS).resolve(partition).resolve("log"));
    }

    private static void identify(Path disk, UUID storeId) throws IOException {
        Path file = disk.resolve(IDENTITY);
        if (!Files.exists(file)) {
            LOG.log(Level.INFO, "Taking a disk into use: {0}", disk);
            SmallFiles.write(file, "format=1\nstoreId=" + storeId + "\n");
            return;
        }
        Properties identity = new Properties();
        identity.load(new StringReader(Files.readString(file)));
        if (!storeId.toString().equals(identity.getProperty("storeId"))) {
            throw new StoreClosedException(ErrorCode.UNAVAILABLE, "A folder of storage.disks belongs to another store.")
                    .with("folder", disk.toAbsolutePath());
        }
    }

    /** How many there are, the data folder's included. */
    public int count() {
        return roots.size();
    }

    /** The data folder, then the folders on further disks. */
    public List<Path> roots() {
        return roots;
    }

    /** The folder of a partition. */
    public Path partition(int id) {
        return root(id).resolve(PARTITIONS).resolve(Integer.toString(id));
    }

    private Path root(int id) {
        for (Path root : roots) {
            if (hasLog(root, Integer.toString(id))) {
                return root;
            }
        }
        return roots.get(id % roots.size());
    }

    /** Where shards of a partition's volumes go: one folder on each disk, its own disk first. */
    public List<Path> shardFolders(int id) {
        Path own = root(id);
        List<Path> folders = new ArrayList<>();
        folders.add(partition(id).resolve("parity"));
        for (Path root : roots) {
            if (!root.equals(own)) {
                folders.add(root.resolve("shards").resolve(Integer.toString(id)));
            }
        }
        return folders;
    }

    /** Says how well shards can be spread, where a lost disk takes more than one of a volume. */
    public void warnAbout(int dataShards, int parityShards) {
        spreadWarning(roots.size(), dataShards + parityShards, parityShards)
                .ifPresent(warning -> LOG.log(Level.WARNING, warning));
    }

    /** What is to be said of shards over disks; one disk is a choice that needs no warning. */
    static Optional<String> spreadWarning(int disks, int shards, int parityShards) {
        int perDisk = (shards + disks - 1) / disks;
        if (disks == 1 || perDisk == 1) {
            return Optional.empty();
        }
        String consequence = perDisk > parityShards
                ? "a lost disk would cost a volume up to %d, more than parity makes up for. Add disks, or lower"
                        + " erasure.dataShards."
                : "a lost disk costs a volume up to %d of them.";
        return Optional.of(("There are %d disks for %d shards: " + consequence).formatted(disks, shards, perDisk));
    }
}
