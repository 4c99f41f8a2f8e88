package dev.hayloft.store.partition;

import dev.hayloft.store.folder.CheckedText;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * What compaction has taken from a partition's log and the log itself no longer tells: the file {@code COMPACTED}. A
 * volume that is named here is gone, even if its file is still there because a reader had it, or a crash came between,
 * or if a disk with some of its shards was away; and numbers that were only in dropped needles are not given again.
 *
 * <p><i>Format:</i> text lines {@code format 1}, {@code sequence N} (the highest that was given when the last volume
 * was dropped), {@code version N} (likewise), {@code deletion N} (highest sequence of a deletion that was dropped, 0
 * for none), {@code gone ID} for each volume whose file may still be there, {@code takenFrom ID} and {@code takenTo ID}
 * for each run of volumes that were ever taken, and last {@code crc32c HEX} of all lines before it. Records of before
 * have no runs. There are at most as many as volumes that live, and one more.
 *
 * @param lastSequence no needle gets this sequence or a lower one
 * @param lastVersion no needle gets this version or a lower one
 * @param lastDroppedDeletion followers of changes before this sequence may have missed a deletion
 * @param gone volumes whose files may still be there
 * @param taken every volume that was ever taken, with those; none of these numbers is given again
 */
record CompactionRecord(
        long lastSequence, long lastVersion, long lastDroppedDeletion, NavigableSet<Integer> gone, BitSet taken) {
    static final CompactionRecord NOTHING = new CompactionRecord(0, 0, 0, new TreeSet<>(), new BitSet());

    CompactionRecord {
        taken = (BitSet) taken.clone();
        gone.forEach(taken::set);
    }

    @Override
    public BitSet taken() {
        return (BitSet) taken.clone();
    }

    boolean isTaken(int volume) {
        return taken.get(volume);
    }

    /** A volume's number that is above those of all that were taken. */
    int nextVolume() {
        return taken.length();
    }

    static void write(Path file, CompactionRecord record) {
        StringBuilder text = new StringBuilder("format 1\n");
        text.append("sequence ").append(record.lastSequence).append('\n');
        text.append("version ").append(record.lastVersion).append('\n');
        text.append("deletion ").append(record.lastDroppedDeletion).append('\n');
        record.gone.forEach(volume -> text.append("gone ").append(volume).append('\n'));
        for (int from = record.taken.nextSetBit(0); from >= 0; ) {
            int behind = record.taken.nextClearBit(from);
            text.append("takenFrom ").append(from).append("\ntakenTo ").append(behind - 1);
            text.append('\n');
            from = record.taken.nextSetBit(behind);
        }
        SmallFiles.write(file, CheckedText.of(text));
    }

    /** What the file says; empty when it is there and damaged. */
    static Optional<CompactionRecord> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.of(NOTHING);
        }
        try {
            String all = Files.readString(file, StandardCharsets.ISO_8859_1);
            return CheckedText.lines(all)
                    .filter(lines -> lines.startsWith("format 1\n"))
                    .map(CompactionRecord::parse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CompactionRecord parse(String lines) {
        long sequence = 0;
        long version = 0;
        long deletion = 0;
        NavigableSet<Integer> gone = new TreeSet<>();
        BitSet taken = new BitSet();
        int from = 0;
        for (String line : lines.lines().toList()) {
            int space = line.indexOf(' ');
            long figure = Long.parseLong(line.substring(space + 1));
            switch (line.substring(0, space)) {
                case "sequence" -> sequence = figure;
                case "version" -> version = figure;
                case "deletion" -> deletion = figure;
                case "gone" -> gone.add((int) figure);
                case "takenFrom" -> from = (int) figure;
                case "takenTo" -> taken.set(from, (int) figure + 1);
                default -> {} // The format.
            }
        }
        return new CompactionRecord(sequence, version, deletion, gone, taken);
    }
}
