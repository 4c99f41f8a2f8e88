package dev.hayloft.store.partition;

import dev.hayloft.log.format.ProducerTableFormat.Entry;
import dev.hayloft.store.folder.CheckedText;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a clean stop leaves, so that the next start needs neither the log nor the whole index: where the log ends, the
 * last sequence, the figures of volumes and buckets. While the partition works, {@link RunningFigures} writes the same.
 *
 * <p><i>Format:</i> text lines {@code format 1}, {@code end N}, {@code sequence N}, {@code version N}, {@code volume ID
 * NEEDLES BYTES LIVE}, {@code share VOLUME BUCKET BYTES}, {@code deletions VOLUME BUCKET BYTES}, {@code bucket ID
 * OBJECTS VERSIONS KEPT LOGICAL STORED MARKERS APPENDED SAVED}, {@code lostExtents 1} where that is so, and last
 * {@code crc32c HEX} of all lines before it.
 *
 * @param end position behind the last frame
 * @param lastSequence of the last needle
 * @param lastVersion given to any needle of the store
 * @param tallies figures
 * @param producers how far the idempotent producers have come
 * @param lostExtents whether there may be extents that nothing names: the next start is to look for them
 */
record ClosingFigures(
        long end, long lastSequence, long lastVersion, Tallies tallies, List<Entry> producers, boolean lostExtents) {
    private static final String LOST_EXTENTS = "lostExtents";

    static void write(Path file, ClosingFigures figures) {
        SmallFiles.write(file, figures.text());
    }

    /** The lines. */
    String text() {
        StringBuilder text = new StringBuilder("format 1\n");
        line(text, "end", end);
        line(text, "sequence", lastSequence);
        line(text, "version", lastVersion);
        tallies.volumes().forEach((id, volume) -> {
            line(text, "volume", id, volume.needles(), volume.bytes(), volume.liveBytes());
            volume.bytesByBucket.forEach((bucket, bytes) -> line(text, "share", id, bucket, bytes.get()));
            volume.deletionsByBucket.forEach((bucket, bytes) -> line(text, "deletions", id, bucket, bytes.get()));
        });
        tallies.buckets()
                .forEach((id, bucket) -> line(
                        text,
                        "bucket",
                        id,
                        bucket.objects(),
                        bucket.versions(),
                        bucket.kept(),
                        bucket.logicalBytes(),
                        bucket.storedBytes(),
                        bucket.markerBytes.get(),
                        bucket.appendedBytes.get(),
                        bucket.savedBytes()));
        if (lostExtents) {
            line(text, LOST_EXTENTS, 1);
        }
        producers.forEach(producer -> text.append("producer ")
                .append(producer.bucketId())
                .append(' ')
                .append(producer.nextRecord())
                .append(' ')
                .append(producer.name())
                .append('\n'));
        return CheckedText.of(text);
    }

    private static void line(StringBuilder text, String word, long... figures) {
        text.append(word);
        for (long figure : figures) {
            text.append(' ').append(figure);
        }
        text.append('\n');
    }

    /** What the last clean stop left; empty when there is none or it is damaged, which only means more work. */
    static Optional<ClosingFigures> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            // A charset that takes any bytes at all, so that damage is seen below.
            String all = Files.readString(file, StandardCharsets.ISO_8859_1);
            return CheckedText.lines(all).flatMap(lines -> parse(lines.lines().toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<ClosingFigures> parse(List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).equals("format 1")) {
            return Optional.empty();
        }
        long end = 0;
        long sequence = 0;
        long version = 0;
        Tallies tallies = new Tallies();
        List<Entry> producers = new ArrayList<>();
        boolean lostExtents = false;
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("producer") && words.length == 4) {
                producers.add(new Entry(Integer.parseInt(words[1]), words[3], Long.parseLong(words[2])));
                continue;
            }
            long[] figures = new long[words.length - 1];
            for (int i = 0; i < figures.length; i++) {
                figures[i] = Long.parseLong(words[i + 1]);
            }
            switch (words[0]) {
                case "end" -> end = figures[0];
                case "sequence" -> sequence = figures[0];
                case "version" -> version = figures[0];
                case "volume" -> {
                    Tallies.VolumeTally volume = tallies.volume((int) figures[0]);
                    volume.needles.set(figures[1]);
                    volume.bytes.set(figures[2]);
                    volume.liveBytes.set(figures[3]);
                }
                case "share" -> {
                    Map<Integer, AtomicLong> shares = tallies.bytesByBucket((int) figures[0]);
                    shares.put((int) figures[1], new AtomicLong(figures[2]));
                }
                case "deletions" -> tallies.addDeletion((int) figures[0], (int) figures[1], figures[2]);
                case "bucket" -> {
                    Tallies.BucketTally bucket = tallies.bucket((int) figures[0]);
                    bucket.objects.set(figures[1]);
                    bucket.versions.set(figures[2]);
                    bucket.kept.set(figures[3]);
                    bucket.logicalBytes.set(figures[4]);
                    bucket.storedBytes.set(figures[5]);
                    bucket.markerBytes.set(figures[6]);
                    bucket.appendedBytes.set(figures[7]);
                    bucket.savedBytes.set(figures[8]);
                }
                case LOST_EXTENTS -> lostExtents = figures[0] == 1;
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new ClosingFigures(end, sequence, version, tallies, producers, lostExtents));
    }
}
