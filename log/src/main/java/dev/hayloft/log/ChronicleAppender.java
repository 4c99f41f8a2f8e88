package dev.hayloft.log;

import dev.hayloft.log.format.FrameEncoder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.time.TimeProvider;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;
import net.openhft.chronicle.wire.DocumentContext;
import net.openhft.chronicle.wire.Wire;
import org.jspecify.annotations.Nullable;

/**
 * Chronicle Queue as a volume writer: a roll cycle is a volume, because the clock that the queue is shown stands still
 * at the day whose number is the volume's id, until the log moves it on. What was tried and must not be done otherwise:
 * ids are dense (the queue tries every id between), one appender, frames serialised before the context opens, a context
 * left by an exception rolled back (it would commit half a record), no tailers.
 *
 * <p><i>Threads:</i> confined to the writer thread once it appends.
 */
final class ChronicleAppender implements AutoCloseable {
    /** A mapping at a time; an excerpt can have a quarter of it. */
    private static final int BLOCK_SIZE = 64 << 20;

    private static final int INDEX_COUNT = 4096;
    private static final int INDEX_SPACING = 16;
    private static final long LOCK_TIMEOUT_MILLIS = 1000;

    /**
     * Bytes that Chronicle may touch behind an append: two index pages of 32 KiB and the zeros that end the data; and
     * the end frame, which always has room.
     */
    static final long MARGIN_BYTES = 192 << 10;

    private final AtomicInteger volume;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private @Nullable ByteBuffer wrapped;
    private @Nullable BytesStore<?, ?> source;

    private ChronicleAppender(AtomicInteger volume, SingleChronicleQueue queue, ExcerptAppender appender) {
        this.volume = volume;
        this.queue = queue;
        this.appender = appender;
    }

    /** Opens the queue in a folder that holds nothing but that volume's file, or nothing at all. */
    static ChronicleAppender open(Path folder, int firstVolume) {
        AtomicInteger volume = new AtomicInteger(firstVolume);
        TimeProvider days = () -> TimeUnit.DAYS.toMillis(volume.get());
        SingleChronicleQueue queue = SingleChronicleQueueBuilder.single(folder.toFile())
                .rollCycle(new VolumeCycle())
                .timeProvider(days)
                .blockSize(BLOCK_SIZE)
                .timeoutMS(LOCK_TIMEOUT_MILLIS)
                .build();
        boolean isOpen = false;
        try {
            ExcerptAppender appender = queue.createAppender();
            appender.singleThreadedCheckDisabled(true); // Opened by the thread that recovers, used by the writer.
            isOpen = true;
            return new ChronicleAppender(volume, queue, appender);
        } finally {
            if (!isOpen) {
                queue.close();
            }
        }
    }

    /** Where the word of the entry stands that Chronicle takes for the last; -1 when it sees none. */
    long lastEntry() {
        Wire wire = appender.wire();
        return wire == null ? -1 : wire.bytes().writePosition();
    }

    /** The next append goes to this volume. */
    void rollTo(int nextVolume) {
        volume.set(nextVolume);
    }

    /**
     * Appends a finished frame.
     *
     * @return where it starts in the volume's file
     */
    long append(FrameEncoder frame, long forcedUpTo) {
        ByteBuffer bytes = frame.finish(forcedUpTo);
        BytesStore<?, ?> store = store(bytes);
        try (DocumentContext context = appender.writingDocument()) {
            boolean isWhole = false;
            try {
                Bytes<?> target = Objects.requireNonNull(context.wire()).bytes();
                long offset = target.writePosition();
                target.write(store, 0L, (long) frame.sizeBytes());
                isWhole = true;
                return offset;
            } finally {
                if (!isWhole) {
                    context.rollbackOnClose();
                }
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // The same buffer, not one with the same bytes.
    private BytesStore<?, ?> store(ByteBuffer bytes) {
        BytesStore<?, ?> known = source;
        if (bytes == wrapped && known != null) {
            return known;
        }
        BytesStore<?, ?> fresh = BytesStore.wrap(bytes);
        wrapped = bytes;
        source = fresh;
        return fresh;
    }

    @Override
    public void close() {
        appender.close();
        queue.close();
    }

    /** One volume a day. */
    private static final class VolumeCycle implements RollCycle {
        private final RollCycleArithmetic arithmetic = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);

        @Override
        public String format() {
            return "'v'gggggggggg";
        }

        @Override
        public int lengthInMillis() {
            return (int) TimeUnit.DAYS.toMillis(1);
        }

        @Override
        public int defaultIndexCount() {
            return arithmetic.indexCount();
        }

        @Override
        public int defaultIndexSpacing() {
            return arithmetic.indexSpacing();
        }

        @Override
        public long toIndex(int cycle, long sequenceNumber) {
            return arithmetic.toIndex(cycle, sequenceNumber);
        }

        @Override
        public long toSequenceNumber(long index) {
            return arithmetic.toSequenceNumber(index);
        }

        @Override
        public int toCycle(long index) {
            return arithmetic.toCycle(index);
        }

        @Override
        public long maxMessagesPerCycle() {
            return arithmetic.maxMessagesPerCycle();
        }
    }
}
