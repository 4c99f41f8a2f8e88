package dev.hayloft.store.folder;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A second copy of the store's own records, in the file {@code RECORDS} of the data folder: without a bucket's record
 * its objects belong to nobody, and the system partition has no parity. Written by turns, so that it may lack what was
 * written last.
 *
 * <p><i>Format:</i> text lines {@code format 1}, {@code key HEX} (the check of the store's key), {@code version N} (the
 * last that the system partition had given), {@code complete true|false} (whether none had been lost before), then for
 * each record {@code record VERSION NAME TEXT} with name and text in base64, and last {@code crc32c HEX} of all lines
 * before it. Read and written as a stream.
 *
 * <p><i>Durability:</i> replaced whole, forced, its folder forced.
 *
 * <p><i>Threads:</i> any may read; one writes.
 */
public final class RecordsCopy {
    private static final Logger LOG = System.getLogger(RecordsCopy.class.getName());
    private static final String FILE = "RECORDS";
    private static final String FORMAT = "format 1";
    private static final String KEY = "key ";
    private static final String VERSION = "version ";
    private static final String COMPLETE = "complete ";
    private static final String RECORD = "record ";
    private static final String CRC = "crc32c ";

    /** One up to this size may go into the reserve of the disk. */
    private static final long SMALL_BYTES = 1 << 20;

    private final Path file;
    private final StoreKey key;
    private final long reserveBytes;

    /**
     * The copy in a data folder, there or not.
     *
     * @param key of the store: a copy of another one counts as absent
     * @param reserveBytes left free on the disk
     */
    public RecordsCopy(Path data, StoreKey key, long reserveBytes) {
        this.file = data.resolve(FILE);
        this.key = key;
        this.reserveBytes = reserveBytes;
    }

    /**
     * What a whole copy holds.
     *
     * @param version the last that the system partition had given before any of it was read
     * @param records how many
     * @param isComplete whether it had all there were: none had been lost before
     */
    public record Summary(long version, long records, boolean isComplete) {}

    /** Takes records one by one; may throw to end the work. */
    @FunctionalInterface
    public interface Sink {
        /** One record and the version that it had. */
        void take(String name, long version, String text) throws IOException;
    }

    /** Gives records one by one. */
    @FunctionalInterface
    public interface Source {
        /** Hands all of them to the sink. */
        void give(Sink sink) throws IOException;
    }

    /** What is in the copy; empty when there is none, or it is damaged. */
    public Optional<Summary> summary() {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(read((name, version, text) -> {}));
        } catch (IOException | IllegalArgumentException unusable) {
            LOG.log(Level.WARNING, "The copy of the store's records cannot be used: " + file, unusable);
            return Optional.empty();
        }
    }

    /**
     * All records that it has, in no order that matters; none if it is absent or damaged anywhere.
     *
     * @throws UncheckedIOException of the sink
     */
    public void forEach(Sink sink) {
        if (summary().isEmpty()) {
            return;
        }
        try {
            read(sink);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Summary read(Sink sink) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            Lines lines = new Lines();
            lines.require(FORMAT.equals(lines.next(reader)));
            lines.require((KEY + key.check()).equals(lines.next(reader)));
            String version = lines.next(reader);
            lines.require(version.startsWith(VERSION));
            String complete = lines.next(reader);
            lines.require(complete.startsWith(COMPLETE));
            long records = 0;
            String expected = lines.crcLine();
            String line = lines.next(reader);
            while (line.startsWith(RECORD)) {
                String[] parts = line.split(" ", -1);
                lines.require(parts.length == 4);
                sink.take(decode(parts[2]), Long.parseLong(parts[1]), decode(parts[3]));
                records++;
                expected = lines.crcLine();
                line = lines.next(reader);
            }
            lines.require(line.equals(expected) && reader.read() < 0);
            return new Summary(
                    Long.parseLong(version.substring(VERSION.length())),
                    records,
                    Boolean.parseBoolean(complete.substring(COMPLETE.length())));
        }
    }

    /** Lines and their checksum so far. */
    private static final class Lines {
        private final CRC32C crc = new CRC32C();

        String next(BufferedReader reader) throws IOException {
            String line = reader.readLine();
            require(line != null);
            return add(Objects.requireNonNull(line));
        }

        String add(String line) {
            crc.update((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
            return line;
        }

        String crcLine() {
            return CRC + Long.toHexString(crc.getValue());
        }

        void require(boolean isWhole) throws IOException {
            if (!isWhole) {
                throw new IOException("not what was written");
            }
        }
    }

    /**
     * Writes a copy that is to take the place of the one there is.
     *
     * @param version the last that the system partition has given
     * @param isComplete whether the source gives all there were
     * @return to be adopted or discarded before the next is written
     * @throws UncheckedIOException when it cannot be written, or of the source; the copy stays what it was
     */
    public Prepared prepare(long version, boolean isComplete, Source source) {
        Path beside = file.resolveSibling(FILE + ".tmp");
        boolean isWhole = false;
        try {
            checkRoom();
            write(beside, version, isComplete, source);
            isWhole = true;
            return new Prepared(beside, file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } finally {
            if (!isWhole) {
                discard(beside);
            }
        }
    }

    private void checkRoom() throws IOException {
        long size = Files.isRegularFile(file) ? Files.size(file) : 0;
        if (size > SMALL_BYTES && Files.getFileStore(file).getUsableSpace() - size < reserveBytes) {
            throw new IOException("There is no room for it above the disk's reserve.");
        }
    }

    private void write(Path beside, long version, boolean isComplete, Source source) throws IOException {
        Files.deleteIfExists(beside);
        Files.createFile(beside, SmallFiles.permissions("rw-------"));
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            Writer writer = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.ISO_8859_1));
            Lines lines = new Lines();
            writer.write(lines.add(FORMAT) + "\n");
            writer.write(lines.add(KEY + key.check()) + "\n");
            writer.write(lines.add(VERSION + version) + "\n");
            writer.write(lines.add(COMPLETE + isComplete) + "\n");
            source.give((name, written, text) ->
                    writer.write(lines.add(RECORD + written + " " + encode(name) + " " + encode(text)) + "\n"));
            writer.write(lines.crcLine() + "\n");
            writer.flush();
            channel.force(true);
        }
    }

    private static void discard(Path beside) {
        try {
            Files.deleteIfExists(beside);
        } catch (IOException undeletable) {
            LOG.log(Level.WARNING, "A file that is not needed cannot be deleted: " + beside, undeletable);
        }
    }

    /** A copy that stands beside its place. Threads: one. */
    public static final class Prepared {
        private final Path beside;
        private final Path file;

        private Prepared(Path beside, Path file) {
            this.beside = beside;
            this.file = file;
        }

        /** It is the copy from now on, durably. */
        public void adopt() {
            try {
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
                SmallFiles.forceFolder(file.toAbsolutePath().resolveSibling("."));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        /** It goes. */
        public void discard() {
            RecordsCopy.discard(beside);
        }
    }

    private static String encode(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }
}
