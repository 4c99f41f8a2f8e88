package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryConfig;
import dev.hayloft.model.error.CorruptionException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** Opens a partition's directory at its start: one that cannot be used is thrown away, since the log has it all. */
final class DirectoryOpening {
    private static final Logger LOG = System.getLogger(DirectoryOpening.class.getName());
    private static final int CHANGES_MAX = 16_384;

    private DirectoryOpening() {}

    /**
     * Opens the directory and applies what it missed; one that knows more than the log is thrown away.
     *
     * @param replay applies what it missed
     * @param lastSequence the last in the log
     */
    static Directory open(
            PartitionConfig config, PartitionFolder folder, Consumer<Directory> replay, long lastSequence) {
        Directory directory = openOrDiscard(config, folder);
        boolean opened = false;
        try {
            if (directory.flushedSequence() > lastSequence) {
                LOG.log(
                        Level.WARNING,
                        "Partition {0}: the directory is ahead of the log, which lost unforced writes; building it anew.",
                        config.name());
                directory.clear();
            }
            replay.accept(directory);
            opened = true;
            return directory;
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    private static Directory openOrDiscard(PartitionConfig config, PartitionFolder folder) {
        PartitionFolder.deleteTreeIfThere(folder.discardedDirectory()); // A start was killed while it did that.
        DirectoryConfig directoryConfig = new DirectoryConfig(folder.directory(), config.directoryBytes(), CHANGES_MAX);
        try {
            return Directory.open(directoryConfig);
        } catch (CorruptionException e) {
            LOG.log(Level.WARNING, "The directory of partition " + config.name() + " is damaged; building it anew.", e);
            folder.discardDirectory();
            return Directory.open(directoryConfig);
        }
    }
}
