package dev.hayloft.store.partition;

import dev.hayloft.store.folder.CheckedText;
import dev.hayloft.store.folder.SmallFiles;
import dev.hayloft.store.parity.ParityKeeper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The volumes of which a partition's index may lack needles: a part of them could not be read when it was built, and no
 * hint file said what stood there. Nothing may be given up because this index does not know it: such a volume is not
 * compacted, and extents that no manifest names stay. A rebuild that reads everything ends that.
 *
 * <p><i>Format:</i> the file {@code GAPS}, text lines {@code format 1}, {@code volume ID} for each, and last
 * {@code crc32c HEX} of all lines before it; no file when there are none.
 *
 * <p><i>Durability:</i> the file is changed before an index comes into use that has more gaps, and behind one that has
 * none.
 *
 * <p><i>Threads:</i> changed by one thread at a time; read by any.
 */
public final class IndexGaps {
    private static final Logger LOG = System.getLogger(IndexGaps.class.getName());
    private static final String FORMAT_LINE = "format 1";
    private static final String VOLUME_LINE = "volume ";

    private final Path file;
    private volatile NavigableSet<Integer> volumes; // Replaced once the new one is durable.

    private IndexGaps(Path file, NavigableSet<Integer> volumes) {
        this.file = file;
        this.volumes = volumes;
    }

    /** Those of a partition, by number. */
    public static Set<Integer> of(Partition partition) {
        return new TreeSet<>(partition.parts().gaps().volumes);
    }

    /** What the file says; empty when it is damaged, so that nobody knows what the index lacks. */
    static Optional<IndexGaps> open(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.of(new IndexGaps(file, new TreeSet<>()));
        }
        try {
            String all = Files.readString(file, StandardCharsets.ISO_8859_1);
            return CheckedText.lines(all)
                    .filter(lines -> lines.startsWith(FORMAT_LINE + "\n"))
                    .map(lines -> new IndexGaps(file, parse(lines)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of an index that is built from nothing; the file stays as it is until {@link #set}. */
    static IndexGaps none(Path file) {
        return new IndexGaps(file, new TreeSet<>());
    }

    private static NavigableSet<Integer> parse(String text) {
        NavigableSet<Integer> volumes = new TreeSet<>();
        text.lines()
                .filter(line -> line.startsWith(VOLUME_LINE))
                .forEach(line -> volumes.add(Integer.parseInt(line.substring(VOLUME_LINE.length()))));
        return volumes;
    }

    /** Says so in the log, and to those who show which volumes are damaged. */
    void tell(String partition, ParityKeeper parity) {
        if (!volumes.isEmpty()) {
            volumes.forEach(parity::markAbsent); // In this run alone: whoever reads them notes real damage.
            LOG.log(
                    Level.WARNING,
                    "Partition {0}: the index was built without all that stands in volumes {1}, which could not be read:"
                            + " their keys may be missing, or answer what was there before. Bring the volumes back,"
                            + " then rebuild the index.",
                    partition,
                    volumes);
        }
    }

    boolean isEmpty() {
        return volumes.isEmpty();
    }

    boolean contains(int volume) {
        return volumes.contains(volume);
    }

    /** These too, durably. */
    void add(Set<Integer> more) {
        if (volumes.containsAll(more)) {
            return;
        }
        NavigableSet<Integer> next = new TreeSet<>(volumes);
        next.addAll(more);
        set(next);
    }

    /** These and no others, durably. */
    void set(Set<Integer> next) {
        if (next.isEmpty()) {
            SmallFiles.delete(file);
        } else {
            StringBuilder text = new StringBuilder(FORMAT_LINE + "\n");
            new TreeSet<>(next)
                    .forEach(volume ->
                            text.append(VOLUME_LINE).append((int) volume).append('\n'));
            SmallFiles.write(file, CheckedText.of(text));
        }
        volumes = new TreeSet<>(next);
    }
}
