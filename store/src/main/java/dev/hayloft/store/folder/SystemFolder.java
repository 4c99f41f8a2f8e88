package dev.hayloft.store.folder;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of the system partition, without which the objects of all others belong to nobody.
 *
 * <p><i>Threads:</i> any.
 */
final class SystemFolder {
    static final String NAME = "system";

    /** What a partition's folder holds that cannot be made from anything else. */
    private static final List<String> DATA = List.of("log", "volumes");

    private SystemFolder() {}

    /**
     * Makes sure that the system partition is there if any other is; it is written to before the others are made.
     *
     * @param data the data folder
     * @param key of the store
     * @throws StoreClosedException when it is missing or empty, and another is not, and there is no copy of its records
     */
    static void requireIfNeeded(Path data, StoreKey key) throws IOException {
        if (hasData(data.resolve(NAME))
                || new RecordsCopy(data, key, 0).summary().isPresent()) {
            return;
        }
        List<Path> roots = new ArrayList<>(Disks.known(data));
        roots.add(data);
        for (Path root : roots) {
            for (Path partition : children(root.resolve(Disks.PARTITIONS))) {
                if (hasData(partition)) {
                    throw new StoreClosedException(
                                    ErrorCode.UNAVAILABLE,
                                    "The folder \"system\" of the data folder is missing or empty, and a partition is"
                                            + " not: it names the buckets. Put it back from a backup. Nothing was"
                                            + " changed.")
                            .with("folder", data.resolve(NAME).toAbsolutePath())
                            .with("partition", partition.toAbsolutePath());
                }
            }
        }
    }

    private static boolean hasData(Path partition) throws IOException {
        for (String name : DATA) {
            if (!children(partition.resolve(name)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.toList();
        }
    }
}
