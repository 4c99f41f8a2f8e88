package dev.hayloft.index;

import dev.hayloft.index.map.MapPart;
import dev.hayloft.index.map.MapTableFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Opens the maps of an index side by side: recovering one reads all of it. */
final class IndexOpener {
    private static final int THREADS_MAX = 4;

    private IndexOpener() {}

    /** All parts, or none and the first failure. */
    static List<MapPart> open(IndexFolder.Existing existing, boolean recover) {
        if (recover) {
            existing.folder().beginRecovery();
        }
        int threads = Math.min(
                THREADS_MAX,
                Math.min(existing.entries().size(), Runtime.getRuntime().availableProcessors()));
        ExecutorService openers =
                Executors.newFixedThreadPool(threads, runnable -> new Thread(runnable, "hayloft-index-opener"));
        List<Future<MapPart>> futures = new ArrayList<>();
        for (MapTableFormat.Entry entry : existing.entries()) {
            futures.add(openers.submit(() -> existing.folder().openPart(entry, recover)));
        }
        openers.shutdown();
        return join(futures);
    }

    private static List<MapPart> join(List<Future<MapPart>> futures) {
        List<MapPart> parts = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (Future<MapPart> future : futures) {
            try {
                parts.add(future.get());
            } catch (ExecutionException e) {
                failures.add(e.getCause() == null ? e : e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add(new IllegalStateException("interrupted while the index was opened", e));
            }
        }
        if (failures.isEmpty()) {
            return parts;
        }
        parts.forEach(part -> part.map().close());
        throw failures.get(0) instanceof RuntimeException failure
                ? failure
                : new IllegalStateException("the index cannot be opened", failures.get(0));
    }
}
