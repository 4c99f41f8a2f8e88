package dev.hayloft.store.partition;

import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.log.format.ProducerTableFormat;
import dev.hayloft.log.format.ProducerTableFormat.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far each idempotent producer of a partition has come. Bounded: who has not been heard of for longest is forgotten
 * first.
 *
 * <p><i>Threads:</i> recovery's, then the writer's.
 */
final class ProducerTable {
    /** Producers that a partition remembers, if its volumes are large enough to repeat them. */
    static final int PRODUCERS_MAX = 10_000;

    private static final int TABLE_SHARE = 8;

    private record Producer(int bucketId, String name) {}

    private final int max;
    private final LinkedHashMap<Producer, Long> next = new LinkedHashMap<>(16, 0.75f, true);

    private ProducerTable(int max) {
        this.max = max;
    }

    /** A table that takes at most an eighth of a volume of this size. */
    static ProducerTable forVolumesOf(long sizeBytes) {
        return new ProducerTable((int)
                Math.max(1, Math.min(PRODUCERS_MAX, sizeBytes / TABLE_SHARE / ProducerTableFormat.ENTRY_SIZE_MAX)));
    }

    /** Another table that knows the same. */
    ProducerTable copy() {
        ProducerTable copy = new ProducerTable(max);
        copy.next.putAll(next);
        return copy;
    }

    /** Number of the record that a producer has to send next; 0 for one that is not known. */
    long next(int bucketId, String producer) {
        return next.getOrDefault(new Producer(bucketId, producer), 0L);
    }

    /** Everything below this number is in the log. */
    void note(int bucketId, String producer, long nextRecord) {
        next.merge(new Producer(bucketId, producer), nextRecord, Math::max);
        if (next.size() > max) {
            next.remove(next.keySet().iterator().next());
        }
    }

    /** Takes in what a frame says; answers whether it held a whole table. */
    boolean note(FrameView frame) {
        for (ProducerRun run : frame.producerRuns()) {
            note(frame.bucketId(), run.producer(), run.firstRecord() + run.count());
        }
        if (frame.bucketId() != 0 || frame.needleCount() != 1) {
            return false;
        }
        boolean[] isTable = {false};
        frame.forEachNeedle(needle -> {
            if (needle.type() == NeedleType.PRODUCERS) {
                isTable[0] = true;
                ProducerTableFormat.parse(
                        needle.payload(), entry -> note(entry.bucketId(), entry.name(), entry.nextRecord()));
            }
        });
        return isTable[0];
    }

    /** All of them, the one heard of least recently first. */
    List<Entry> entries() {
        return next.entrySet().stream().map(ProducerTable::entry).toList();
    }

    private static Entry entry(Map.Entry<Producer, Long> entry) {
        return new Entry(entry.getKey().bucketId(), entry.getKey().name(), entry.getValue());
    }
}
