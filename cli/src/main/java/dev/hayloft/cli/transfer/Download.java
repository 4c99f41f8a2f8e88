package dev.hayloft.cli.transfer;

import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.GetOptions;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Files that appear whole or not at all: an object is written beside its place, its length and digest are checked, then
 * it is renamed. What an interrupt leaves is deleted on the way out.
 *
 * <p><i>Threads:</i> any.
 */
public final class Download {
    private static final int COPY_SIZE = 128 << 10;

    private final HayloftClient client;
    private final Progress progress;
    private final Set<Path> parts = ConcurrentHashMap.newKeySet();

    public Download(HayloftClient client, Progress progress) {
        this.client = client;
        this.progress = progress;
        Runtime.getRuntime().addShutdownHook(new Thread(this::deleteParts, "hayloft-parts"));
    }

    /** Stores an object's content as a file; one that is there is replaced. Returns the bytes written. */
    public long save(String bucket, String key, Path file) throws IOException {
        return save(bucket, key, GetOptions.whole(), file);
    }

    /** The same of what the options say. */
    public long save(String bucket, String key, GetOptions options, Path file) throws IOException {
        Path part = file.resolveSibling(
                ".hayloft-" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + ".part");
        parts.add(part);
        try (ObjectContent content = client.get(bucket, key, options)) {
            progress.expectBytes(content.info().contentSizeBytes());
            long size = copy(content.stream(), part, content.info().contentSizeBytes());
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return size;
        } finally {
            Files.deleteIfExists(part);
            parts.remove(part);
        }
    }

    private long copy(InputStream source, Path part, long sizeBytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(COPY_SIZE, Math.max(1, sizeBytes))];
        long total = 0;
        try (OutputStream target =
                Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int count;
            while ((count = source.read(buffer, 0, buffer.length)) >= 0) {
                target.write(buffer, 0, count);
                progress.addBytes(count);
                total += count;
            }
        }
        return total;
    }

    private void deleteParts() {
        parts.removeIf(Download::isGone);
    }

    private static boolean isGone(Path part) {
        try {
            Files.deleteIfExists(part);
            return true;
        } catch (IOException e) {
            return false; // The process ends now, and a hidden file that stays does no harm.
        }
    }
}
