package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.log.format.ProducerTableFormat;
import dev.hayloft.model.LogPosition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The writer's part for groups of records: what a producer repeats leaves no needle, nor does the deletion of a key
 * that is absent. Groups that are appended but not yet published are looked through when somebody asks for a key, so
 * that nothing has to be noted per record.
 *
 * <p><i>Threads:</i> the writer's, except {@link #published}.
 */
final class RecordWriting {
    private static final int NO_VOLUME = -1;

    private final ProducerTable producers;
    private final FrameEncoder tableEncoder = new FrameEncoder();
    private final ConcurrentLinkedDeque<RecordGroup> unpublished = new ConcurrentLinkedDeque<>();
    private int tableVolume = NO_VOLUME;

    RecordWriting(ProducerTable producers) {
        this.producers = producers;
    }

    /** What the newest unpublished group that has a key leaves of it; empty when none has. */
    Optional<Optional<Location>> newest(KeyHash hash) {
        for (var groups = unpublished.descendingIterator(); groups.hasNext(); ) {
            RecordGroup group = groups.next();
            for (int i = group.count() - 1; i >= 0; i--) {
                if (group.hash(i).equals(hash)) {
                    return Optional.of(group.newest(i));
                }
            }
        }
        return Optional.empty();
    }

    /** Takes out of a group what leaves no needle. */
    void judge(RecordGroup group, MutationJudge judge) {
        int known = known(group);
        if (known == 0 && !group.hasDeletes()) {
            return;
        }
        Map<KeyHash, Boolean> inGroup = new HashMap<>();
        group.retain(i -> {
            if (i < known) {
                return false;
            }
            boolean isKept =
                    group.isPut(i) || inGroup.getOrDefault(group.hash(i), judge.visibleVersion(group.hash(i)) != 0);
            if (group.hasDeletes()) {
                inGroup.put(group.hash(i), group.isPut(i));
            }
            return isKept;
        });
    }

    private int known(RecordGroup group) {
        return group.run()
                .map(run -> producers.next(group.bucketId(), run.producer()) - run.firstRecord())
                .map(known -> (int) Math.max(0, Math.min(known, group.records())))
                .orElse(0);
    }

    /** The run that the group's frame tells of. */
    Optional<ProducerRun> settled(RecordGroup group) {
        int known = known(group);
        return group.run().map(run -> new ProducerRun(run.producer(), run.firstRecord() + known, run.count() - known));
    }

    /** The group stands in the log. */
    void appended(RecordGroup group) {
        appendedSingly(group);
        unpublished.addLast(group);
    }

    /** The group's records stand in the log as mutations of their own. */
    void appendedSingly(RecordGroup group) {
        group.run().ifPresent(run -> producers.note(group.bucketId(), run.producer(), run.firstRecord() + run.count()));
    }

    /** The index has the group now. */
    void published(RecordGroup group) {
        unpublished.remove(group);
    }

    /** The table that has to follow a frame which was appended here: one in each volume and run of the server. */
    Optional<FrameEncoder> tableAfter(long position, long timeMillis) {
        int volume = LogPosition.volume(position);
        if (volume == tableVolume) {
            return Optional.empty();
        }
        tableVolume = volume;
        ProducerTableFormat.encode(tableEncoder, producers.entries(), timeMillis);
        return Optional.of(tableEncoder);
    }

    /** The table did not get into the log. */
    void tableMissing() {
        tableVolume = NO_VOLUME;
    }
}
