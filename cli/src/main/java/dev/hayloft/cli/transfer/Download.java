package dev.hayloft.cli.transfer;

import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.GetOptions;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Objects as files: length and digest are checked before the file appears.
 *
 * <p><i>Threads:</i> any.
 */
public final class Download {
    private static final int COPY_SIZE = 128 << 10;

    private final HayloftClient client;
    private final Progress progress;

    public Download(HayloftClient client, Progress progress) {
        this.client = client;
        this.progress = progress;
    }

    /** Stores an object's content as a file; one that is there is replaced. Returns the bytes written. */
    public long save(String bucket, String key, Path file) throws IOException {
        return save(bucket, key, GetOptions.whole(), file);
    }

    /** The same of what the options say. */
    public long save(String bucket, String key, GetOptions options, Path file) throws IOException {
        try (ObjectContent content = client.get(bucket, key, options)) {
            long sizeBytes = content.info().contentSizeBytes();
            progress.expectBytes(sizeBytes);
            WholeFiles.write(file, target -> copy(content.stream(), target, sizeBytes));
            return sizeBytes;
        }
    }

    private void copy(InputStream source, OutputStream target, long sizeBytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(COPY_SIZE, Math.max(1, sizeBytes))];
        int count;
        while ((count = source.read(buffer, 0, buffer.length)) >= 0) {
            target.write(buffer, 0, count);
            progress.addBytes(count);
        }
    }
}
