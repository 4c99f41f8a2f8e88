package dev.hayloft.cli.place;

import dev.hayloft.cli.place.Place.Blob;
import dev.hayloft.cli.place.Place.Entry;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.Transfers;
import dev.hayloft.client.Utf8Order;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes one place equal to another by content: both listings are walked side by side, an object is copied where size or
 * SHA-256 differ. What is equal is left alone, so that a run that was cut short goes on where it was.
 *
 * <p><i>Threads:</i> {@link #run} once, by one thread; the copies are made by the transfers' workers.
 */
public final class Sync {
    /**
     * What a run may do.
     *
     * @param delete whether objects that only the target has are deleted
     * @param dryRun whether it only tells
     */
    public record Options(boolean delete, boolean dryRun) {}

    /** Told of each difference. */
    public interface Listener {
        /** One object is, or would be, copied or deleted. */
        void difference(String what, String key);
    }

    private final Place from;
    private final Place to;
    private final Options options;
    private final Progress progress;
    private final Listener listener;
    private final AtomicLong copied = new AtomicLong();
    private final AtomicLong copiedBytes = new AtomicLong();
    private final AtomicLong deleted = new AtomicLong();
    private final AtomicLong equal = new AtomicLong();

    public Sync(Place from, Place to, Options options, Progress progress, Listener listener) {
        this.from = from;
        this.to = to;
        this.options = options;
        this.progress = progress;
        this.listener = listener;
    }

    /** Hands every difference to the transfers; whoever calls finishes them. */
    public void run(Transfers transfers) throws IOException {
        Iterator<Entry> sources = from.list();
        Iterator<Entry> targets = to.list();
        Optional<Entry> target = next(targets);
        while (sources.hasNext()) {
            Entry source = sources.next();
            while (target.isPresent() && order(target.get(), source) < 0) {
                surplus(transfers, target.get());
                target = next(targets);
            }
            if (target.isPresent() && order(target.get(), source) == 0) {
                Entry present = target.get();
                transfers.submit(Figures.printable(source.key()), () -> copyUnlessEqual(source, present));
                target = next(targets);
            } else {
                transfers.submit(Figures.printable(source.key()), () -> copy(source));
            }
        }
        while (target.isPresent()) {
            surplus(transfers, target.get());
            target = next(targets);
        }
    }

    private static Optional<Entry> next(Iterator<Entry> entries) {
        return entries.hasNext() ? Optional.of(entries.next()) : Optional.empty();
    }

    private static int order(Entry a, Entry b) {
        return Utf8Order.INSTANCE.compare(a.key(), b.key());
    }

    private void surplus(Transfers transfers, Entry entry) {
        if (options.delete()) {
            transfers.submit(Figures.printable(entry.key()), () -> {
                listener.difference("delete", entry.key());
                if (!options.dryRun()) {
                    to.delete(entry.key());
                }
                deleted.incrementAndGet();
            });
        }
    }

    private void copyUnlessEqual(Entry source, Entry target) throws IOException {
        if (source.sizeBytes() == target.sizeBytes() && from.digest(source).equals(to.digest(target))) {
            equal.incrementAndGet();
        } else {
            copy(source);
        }
    }

    private void copy(Entry source) throws IOException {
        listener.difference("copy", source.key());
        long sizeBytes = source.sizeBytes();
        if (!options.dryRun()) {
            Optional<Blob> found = from.open(source.key());
            if (found.isEmpty()) {
                return; // It went away meanwhile, as if before the start.
            }
            try (Blob blob = found.get()) {
                to.put(source.key(), blob);
                sizeBytes = blob.sizeBytes();
            }
        }
        copied.incrementAndGet();
        copiedBytes.addAndGet(sizeBytes);
        progress.addBytes(sizeBytes);
    }

    public long copied() {
        return copied.get();
    }

    public long copiedBytes() {
        return copiedBytes.get();
    }

    public long deleted() {
        return deleted.get();
    }

    public long equal() {
        return equal.get();
    }
}
