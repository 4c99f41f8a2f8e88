package dev.hayloft.cli.text;

import java.io.Closeable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How far long work has come: a bar on a terminal, a line every ten seconds elsewhere, nothing at all for work that is
 * done before that.
 *
 * <p><i>Threads:</i> any may add; one daemon thread draws.
 */
public final class Progress implements Closeable {
    private static final Duration REDRAW = Duration.ofMillis(200);
    private static final Duration PLAIN_LINE = Duration.ofSeconds(10);
    private static final long JOIN_MILLIS = 1_000;
    private static final int BAR_WIDTH = 24;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private final String noun;
    private final boolean single;
    private final long startNanos = System.nanoTime();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder items = new LongAdder();
    private final Thread drawer;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile long bytesTotal = -1; // Written once by whoever knows; drawn from the next redraw on.
    private volatile long itemsTotal = -1;

    private Progress(PrintWriter err, boolean terminal, String noun) {
        this.err = err;
        this.terminal = terminal;
        this.noun = noun;
        this.single = noun.isEmpty();
        this.drawer = new Thread(this::drawUntilStopped, "hayloft-progress");
    }

    /**
     * Begins to draw.
     *
     * @param noun what the items are, in the plural; empty when there is only one
     */
    public static Progress start(PrintWriter err, boolean terminal, String noun) {
        Progress progress = new Progress(err, terminal, noun);
        progress.drawer.setDaemon(true);
        progress.drawer.start();
        return progress;
    }

    private void drawUntilStopped() {
        long period = (terminal ? REDRAW : PLAIN_LINE).toMillis();
        try {
            while (!stopped.await(period, TimeUnit.MILLISECONDS)) {
                draw();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void addBytes(long count) {
        bytes.add(count);
    }

    public void addItem() {
        items.increment();
    }

    /** Says what 100 % is; -1 for what is not known. */
    public void expect(long allItems, long allBytes) {
        itemsTotal = allItems;
        bytesTotal = allBytes;
    }

    /** Says how long the only item is, unless the whole is known already. */
    public void expectBytes(long allBytes) {
        if (single) {
            expect(1, allBytes);
        }
    }

    public double elapsedSeconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private void draw() {
        String line = line(items.sum(), bytes.sum(), elapsedSeconds());
        if (terminal) {
            err.print(CLEAR_LINE + line);
            err.flush();
        } else {
            err.println(line);
        }
    }

    private String line(long doneItems, long doneBytes, double seconds) {
        String rate = Figures.rate(doneBytes, seconds);
        String count = itemsTotal > 1
                ? Figures.count(doneItems) + " of " + Figures.count(itemsTotal) + " " + noun + ", "
                : itemsTotal == 1 ? "" : Figures.count(doneItems) + " " + noun + ", ";
        double share = share(doneItems, doneBytes);
        if (share < 0) {
            return count + Figures.bytes(doneBytes) + ", " + rate;
        }
        int filled = (int) (share * BAR_WIDTH);
        String bar = "[" + "#".repeat(filled) + ".".repeat(BAR_WIDTH - filled) + "] ";
        String left = share > 0 ? ", " + Figures.seconds(seconds / share - seconds) + " left" : "";
        return (terminal ? bar : "") + (int) (share * 100) + " %, " + count + Figures.bytes(doneBytes) + ", " + rate
                + left;
    }

    /** Small items cost by their number, large ones by their bytes: the mean of both is a fair guess. */
    private double share(long doneItems, long doneBytes) {
        if (bytesTotal < 0) {
            return -1;
        }
        double ofBytes = bytesTotal == 0 ? 1 : Math.min(1, (double) doneBytes / bytesTotal);
        return itemsTotal <= 1 ? ofBytes : (ofBytes + Math.min(1, (double) doneItems / itemsTotal)) / 2;
    }

    @Override
    public void close() {
        stop();
    }

    /** Stops drawing and wipes the bar, so that a last word can be said; stopping twice is stopping once. */
    public void stop() {
        if (stopped.getCount() == 0) {
            return;
        }
        stopped.countDown();
        try {
            drawer.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (terminal) {
            err.print(CLEAR_LINE);
            err.flush();
        }
    }
}
