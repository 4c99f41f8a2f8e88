package dev.hayloft.store.parity;

import dev.hayloft.store.folder.CheckedText;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The volumes that are known to be damaged, for the next start: the file {@code DAMAGED} of a partition, which is there
 * as long as there are any.
 *
 * <p><i>Format:</i> text lines {@code format 1}, {@code damaged ID} or {@code lost ID} (bytes are lost for good) for
 * each volume, and last {@code crc32c HEX} of all lines before it.
 *
 * <p><i>Durability:</i> at return, as far as the disk takes it: a note that cannot be written is logged and no more,
 * since whoever found the damage has an answer to give.
 *
 * <p><i>Threads:</i> any. The file is written under the lock: damage is found seldom.
 */
final class DamageNotes {
    private static final Logger LOG = System.getLogger(DamageNotes.class.getName());
    private static final String FORMAT = "format 1\n";
    private static final String DAMAGED = "damaged ";
    private static final String LOST = "lost ";

    private final Path file;

    /** Volumes, and whether bytes of them are lost. */
    private final Map<Integer, Boolean> noted;

    private DamageNotes(Path file, Map<Integer, Boolean> noted) {
        this.file = file;
        this.noted = noted;
    }

    /** Reads the file; what cannot be read says nothing, and the next scrub finds it again. */
    static DamageNotes open(Path file) {
        Map<Integer, Boolean> noted = new TreeMap<>();
        try {
            if (Files.isRegularFile(file)) {
                parse(Files.readString(file, StandardCharsets.ISO_8859_1), noted);
            }
        } catch (IOException | NumberFormatException unusable) {
            LOG.log(Level.WARNING, "The notes of damaged volumes cannot be read; scrub finds them anew: " + file);
            noted.clear();
        }
        return new DamageNotes(file, noted);
    }

    private static void parse(String all, Map<Integer, Boolean> noted) throws IOException {
        String lines = CheckedText.lines(all)
                .filter(whole -> whole.startsWith(FORMAT))
                .orElseThrow(() -> new IOException("not what was written"));
        for (String line : lines.substring(FORMAT.length()).lines().toList()) {
            noted.put(Integer.parseInt(line.substring(line.indexOf(' ') + 1)), line.startsWith(LOST));
        }
    }

    /** What is noted: volumes, and whether bytes of them are lost. */
    synchronized Map<Integer, Boolean> noted() {
        return Map.copyOf(noted);
    }

    /** A volume is damaged; once it is noted as lost it stays so until it is forgotten. */
    synchronized void note(int volume, boolean isLost) {
        boolean wasLost = noted.getOrDefault(volume, false);
        Boolean before = noted.put(volume, isLost || wasLost);
        if (before == null || isLost && !wasLost) {
            write();
        }
    }

    /** A volume is whole, or gone. */
    synchronized void forget(int volume) {
        if (noted.remove(volume) != null) {
            write();
        }
    }

    private void write() {
        try {
            if (noted.isEmpty()) {
                SmallFiles.delete(file);
                return;
            }
            StringBuilder text = new StringBuilder(FORMAT);
            noted.forEach((volume, isLost) ->
                    text.append(isLost ? LOST : DAMAGED).append(volume).append('\n'));
            SmallFiles.write(file, CheckedText.of(text));
        } catch (UncheckedIOException failed) {
            LOG.log(Level.WARNING, "What is known of damage could not be noted for the next start: " + file, failed);
        }
    }
}
