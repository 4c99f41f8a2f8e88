package dev.hayloft.cli.verb;

import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.FileTree;
import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import java.io.IOException;
import java.nio.file.Path;

/** Finds out beside the work how much of it there is, so that the bar can say how long it takes. On a daemon thread. */
final class Counting {
    private Counting() {}

    static void of(FileTree tree, Progress progress) {
        start(() -> {
            long[] totals = new long[2];
            try {
                tree.walk(new FileTree.Visitor() {
                    @Override
                    public void file(Path file, String name, long sizeBytes) {
                        totals[0]++;
                        totals[1] += sizeBytes;
                    }

                    @Override
                    public void unreadable(Path file, IOException reason) {
                        // The work itself meets it and says so.
                    }
                });
                progress.expect(totals[0], totals[1]);
            } catch (IOException e) {
                progress.expect(-1, -1); // The bar goes without a total; the work itself reports the folder.
            }
        });
    }

    static void of(HayloftClient client, String bucket, ListOptions options, Progress progress) {
        start(() -> {
            long objects = 0;
            long bytes = 0;
            try {
                for (ListEntry entry : client.list(bucket, options)) {
                    if (entry instanceof ListEntry.ObjectEntry object) {
                        objects++;
                        bytes += object.sizeBytes();
                    }
                }
                progress.expect(objects, bytes);
            } catch (HayloftClientException e) {
                progress.expect(-1, -1); // As above.
            }
        });
    }

    private static void start(Runnable count) {
        Thread thread = new Thread(count, "hayloft-count");
        thread.setDaemon(true);
        thread.start();
    }
}
