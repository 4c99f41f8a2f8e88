package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.model.Durability;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Judges mutations and appends them, frame by frame. A frame holds needles of one bucket; what is judged sees what is
 * published and every frame ahead of it.
 *
 * <p><i>Threads:</i> the writer thread only, except {@link #forget}, which the publisher calls.
 *
 * <p><i>Order:</i> judge, encode, append; then the group goes to the publisher, which forces, publishes and completes.
 */
final class PartitionWriter {
    /** A frame is closed once it holds this much; one needle may exceed it. */
    private static final int FRAME_BYTES_MAX = 256 << 10;

    private static final int FRAME_NEEDLES_MAX = 1024;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final VolumeLog log;
    private final KeyHasher hasher;
    private final VersionClock versions;
    private final InstantSource clock;
    private final RecordWriting records;
    private final FrameEncoder encoder = new FrameEncoder();
    private final MoveWriter moves;
    private final List<Pending> frame = new ArrayList<>();
    private final Overlay overlay;
    private final VersionChain chain;
    private final MutationJudge judge;
    private List<Pending> group = new ArrayList<>();

    private int frameBucketId = -1;
    private long frameFirstVersion;
    private int frameVersions;
    private long frameTimeMillis;
    private long nextSequence;
    private Optional<HayloftException> brokenLog = Optional.empty();
    private final LongAdder frames = new LongAdder();
    private final LongAdder appendedBytes = new LongAdder();

    PartitionWriter(
            VolumeLog log,
            PointIndex index,
            KeyHasher hasher,
            VersionClock versions,
            InstantSource clock,
            RecordWriting records,
            long nextSequence) {
        this.log = log;
        this.moves = new MoveWriter(log);
        this.records = records;
        this.overlay = new Overlay(index, records);
        this.chain = new VersionChain(hasher, overlay, VersionChain.Watcher.NONE);
        this.judge = new MutationJudge(overlay, chain, clock);
        this.hasher = hasher;
        this.versions = versions;
        this.clock = clock;
        this.nextSequence = nextSequence;
    }

    /**
     * Judges and appends a batch, in order; afterwards every pending is decided, failed or appended.
     *
     * @return the batch, and between its pendings those of further needles that they needed
     */
    List<Pending> write(List<Pending> batch) {
        group = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            Pending pending = batch.get(i);
            try {
                take(pending, batch.size() - i);
            } catch (HayloftException e) {
                noteBrokenLog(e);
                pending.fail(e);
            }
            if (!pending.isEncoded()) {
                group.add(pending);
            }
        }
        closeFrame();
        return group;
    }

    private void noteBrokenLog(HayloftException reason) {
        if (reason.code() == ErrorCode.READ_ONLY && brokenLog.isEmpty()) {
            brokenLog = Optional.of(reason);
        }
    }

    /** Why the log takes no more, once it does not. */
    Optional<HayloftException> brokenLog() {
        return brokenLog;
    }

    private void take(Pending pending, int remaining) {
        Mutation mutation = pending.mutation();
        FrameRoom.check(mutation);
        if (mutation instanceof Mutation.OfKey ofKey) {
            change(pending, ofKey, remaining);
        } else if (mutation instanceof Mutation.Extent extent) {
            encode(pending, extent, remaining);
        } else if (mutation instanceof Mutation.Records group) {
            append(pending, group);
        } else if (mutation instanceof Mutation.Group group) {
            takeGroup(pending, group);
        } else if (mutation instanceof Mutation.Move move) {
            closeFrame();
            moves.write(pending, move, nextSequence, clock.millis());
            frames.increment();
            appendedBytes.add(moves.sizeBytes());
        } else if (mutation instanceof Mutation.Cut cut) {
            closeFrame();
            long position = log.sealOpenVolume();
            cut.gate().arrive();
            pending.decide(new Mutation.Outcome.CutMade(LogPosition.volume(position)));
        } else if (mutation instanceof Mutation.Seal) {
            closeFrame();
            log.sealOpenVolume();
            pending.decide(new Mutation.Outcome.Applied(0, false));
        } else {
            pending.decide(new Mutation.Outcome.Applied(0, false));
        }
    }

    /** What a group is judged by stands in the log before it, and the group in a frame of its own. */
    private void takeGroup(Pending pending, Mutation.Group mutation) {
        checkGate(mutation.gate());
        closeFrame();
        List<Pending> steps = new ArrayList<>();
        List<Pending> others = group;
        List<Pending> needles = new ArrayList<>();
        group = needles;
        boolean taken = false;
        try {
            for (Mutation.OfKey step : mutation.steps()) {
                Pending part = new Pending(step);
                List<VersionStep> plans = judge(part, step);
                if (part.isMismatch()) {
                    pending.decide(new Mutation.Outcome.GroupMismatch(steps.size(), part.actualVersion()));
                    return;
                }
                if (!plans.isEmpty()) {
                    if (frame.isEmpty()) {
                        int needlesMax = mutation.steps().size() * Mutation.Group.NEEDLES_MAX;
                        beginFrame(mutation.gate().bucketId(), needlesMax, Optional.empty());
                    }
                    add(part, step, plans);
                }
                steps.add(part);
            }
            taken = true;
        } finally {
            group = others;
            if (!taken) {
                takeBackFrame();
            }
        }
        closeFrame();
        pending.steps(steps, needles);
        steps.stream().flatMap(part -> part.failure().stream()).findFirst().ifPresent(pending::fail);
        pending.decide(new Mutation.Outcome.GroupApplied(
                pending.isFailed()
                        ? List.of()
                        : steps.stream().map(Pending::applied).toList()));
    }

    private void change(Pending pending, Mutation.OfKey mutation, int remaining) {
        checkGate(mutation.gate());
        List<VersionStep> steps = judge(pending, mutation);
        if (steps.isEmpty() && mayBeAhead(mutation)) {
            closeFrame(); // What an answer rests on must stand in the log; a full disk may refuse it yet.
            steps = judge(pending, mutation);
        }
        if (!steps.isEmpty()) {
            encode(pending, mutation, steps, remaining);
        }
    }

    private boolean mayBeAhead(Mutation.OfKey mutation) {
        return overlay.isAhead(mutation.hash()) || mutation.gate().rules().mayHaveOlder();
    }

    /** What is to be written; nothing when the answer is known without that, and then it is given. */
    private List<VersionStep> judge(Pending pending, Mutation.OfKey mutation) {
        MutationJudge.Judgement judgement = judge.judge(mutation);
        judgement.answer().ifPresent(pending::decide);
        return judgement.steps();
    }

    private static void checkGate(BucketGate gate) {
        if (gate.isClosed()) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "The bucket is being deleted.");
        }
    }

    private void encode(Pending pending, Mutation.OfKey mutation, List<VersionStep> steps, int remaining) {
        openFrame(mutation.gate().bucketId(), mutation.payloadSizeBytes(), steps.size(), remaining);
        add(pending, mutation, steps);
    }

    private void add(Pending pending, Mutation.OfKey mutation, List<VersionStep> steps) {
        VersionStep main = VersionSteps.main(steps);
        for (VersionStep step : steps) {
            Pending needle = step == main ? pending : new Pending(mutation);
            long version = nextVersion();
            encode(needle, mutation, step, version);
            ahead(needle, mutation, step, version);
            if (step instanceof VersionStep.Store) {
                judge.stored(mutation.hash(), version);
            }
        }
    }

    private void encode(Pending pending, Mutation.OfKey mutation, VersionStep step, long version) {
        NeedleHead head = VersionSteps.head(step, mutation);
        if (step instanceof VersionStep.Store && mutation instanceof Mutation.Put put) {
            Mutation.Content content = put.content();
            add(pending, head, put.hash(), put.key(), content.attributes(), content.payload(), version);
        } else {
            ByteBuffer payload = mutation instanceof Mutation.Leave leave ? leave.to() : NOTHING;
            add(pending, head, mutation.hash(), mutation.key(), NOTHING, payload, version);
        }
    }

    /** What the step does to the versions, ahead of the index. */
    private void ahead(Pending pending, Mutation.OfKey mutation, VersionStep step, long version) {
        KeyHash key = mutation.hash();
        long expiresAt = mutation instanceof Mutation.Put put
                ? put.content().expiresAtMillis().orElse(0)
                : 0;
        Location location = new Location(
                0,
                0,
                0,
                version,
                0,
                VersionSteps.flags(step),
                mutation.gate().bucketId(),
                frameTimeMillis,
                0,
                expiresAt);
        if (mutation.gate().rules().mayHaveOlder()) {
            VersionSteps.apply(chain, key, step, location);
        } else if (step instanceof VersionStep.Store) {
            overlay.put(key, location);
        } else {
            overlay.remove(key);
        }
        pending.stepped(step, overlay.takeTouches());
    }

    /** A group of records comes encoded; it is a frame of its own. */
    private void append(Pending pending, Mutation.Records mutation) {
        try {
            mutation.stream().failure().ifPresent(failure -> {
                throw failure;
            });
            checkGate(mutation.gate());
            closeFrame();
            pending.decide(new Mutation.Outcome.Applied(0, false));
            records.judge(mutation.group(), judge);
            if (mutation.group().count() == 0) {
                return; // All of it was known before: acknowledged in its turn.
            }
            if (mutation.gate().rules().mayHaveOlder()) {
                appendSingly(mutation);
            } else {
                append(pending, mutation.group());
            }
        } catch (HayloftException e) {
            mutation.stream().fail(e);
            throw e;
        }
    }

    private void append(Pending pending, RecordGroup records) {
        long version = versions.reserve(records.count());
        FrameEncoder encoded = records.number(nextSequence, version, clock.millis(), this.records.settled(records));
        records.appendedAt(log.append(encoded));
        nextSequence += records.count();
        frames.increment();
        appendedBytes.add(encoded.sizeBytes());
        this.records.appended(records);
        overlay.overtake(records);
        pending.appendedAs(records);
        afterAppend(records.position());
    }

    /** Where keys may have several versions each record is judged by itself; all stay in one frame. */
    private void appendSingly(Mutation.Records mutation) {
        RecordGroup records = mutation.group();
        beginFrame(records.bucketId(), records.count() * Mutation.Group.NEEDLES_MAX, records.run());
        int before = group.size();
        boolean taken = false;
        try {
            for (int i = 0; i < records.count(); i++) {
                Mutation.OfKey record = records.mutation(i, mutation);
                Pending pending = new Pending(record);
                List<VersionStep> steps = judge(pending, record);
                if (!steps.isEmpty()) {
                    add(pending, record, steps);
                }
            }
            taken = true;
        } finally {
            if (!taken) { // All of the group or nothing.
                takeBackFrame();
                group.subList(before, group.size()).clear();
            }
        }
        this.records.settled(records).ifPresent(encoder::run);
        closeFrame().ifPresent(failure -> {
            throw failure;
        });
        this.records.appendedSingly(records);
    }

    /** The index knows the group now. Publisher only. */
    void forget(RecordGroup records) {
        this.records.published(records);
        overlay.forget(records);
    }

    /** The frame is in the log whatever becomes of this: a table that did not get in is tried again. */
    private void afterAppend(long position) {
        try {
            records.tableAfter(position, clock.millis()).ifPresent(log::append);
        } catch (HayloftException e) {
            noteBrokenLog(e);
            records.tableMissing();
        }
    }

    private void encode(Pending pending, Mutation.Extent extent, int remaining) {
        checkGate(extent.gate());
        int bucketId = extent.gate().bucketId();
        openFrame(bucketId, extent.payload().remaining(), 1, remaining);
        long id = nextVersion();
        NeedleHead head = new NeedleHead(
                NeedleType.EXTENT,
                extent.coding(),
                false,
                extent.contentSizeBytes(),
                extent.shared(),
                OptionalLong.empty(),
                Optional.empty());
        ByteBuffer key = ByteBuffer.allocate(Long.BYTES).putLong(0, id);
        add(pending, head, hasher.extent(bucketId, id), key, NOTHING, extent.payload(), id);
    }

    private void openFrame(int bucketId, int payloadSizeBytes, int needles, int remaining) {
        if (!frame.isEmpty()
                && (bucketId != frameBucketId
                        || frame.size() + needles > frameVersions
                        || encoder.sizeBytes() + payloadSizeBytes > FRAME_BYTES_MAX)) {
            closeFrame();
        }
        if (frame.isEmpty()) {
            beginFrame(bucketId, Math.min(FRAME_NEEDLES_MAX, remaining * needles), Optional.empty());
        }
    }

    private void beginFrame(int bucketId, int needlesMax, Optional<ProducerRun> run) {
        frameVersions = needlesMax;
        frameFirstVersion = versions.reserve(frameVersions);
        frameTimeMillis = clock.millis();
        frameBucketId = bucketId;
        encoder.begin(bucketId, run.map(ProducerRun::producer).orElse(""));
        encoder.number(nextSequence, frameFirstVersion, frameTimeMillis);
    }

    private long nextVersion() {
        return frameFirstVersion + frame.size();
    }

    private void add(
            Pending pending,
            NeedleHead head,
            KeyHash hash,
            ByteBuffer key,
            ByteBuffer attributes,
            ByteBuffer payload,
            long version) {
        int offset = encoder.add(head, key, attributes, payload);
        pending.encoded(hash, offset, encoder.lastNeedleSize(), nextSequence + frame.size(), version, frameTimeMillis);
        frame.add(pending);
        group.add(pending);
    }

    /** Appends what is gathered; the reason when the log does not take it. */
    private Optional<HayloftException> closeFrame() {
        if (frame.isEmpty()) {
            return Optional.empty();
        }
        try {
            long position = log.append(encoder);
            afterAppend(position);
            for (Pending pending : frame) {
                pending.appendedAt(position);
                pending.decide(new Mutation.Outcome.Applied(pending.version(), false));
            }
            nextSequence += frame.size();
            frames.increment();
            appendedBytes.add(encoder.sizeBytes());
            return Optional.empty();
        } catch (HayloftException e) {
            noteBrokenLog(e);
            refuseFrame(e);
            return Optional.of(e);
        } finally {
            frame.clear();
        }
    }

    /** Nothing of the frame is in the log: take back what later mutations would otherwise have seen. */
    private void refuseFrame(HayloftException reason) {
        frame.forEach(pending -> pending.fail(reason));
        takeBackFrame();
    }

    private void takeBackFrame() {
        for (int i = frame.size() - 1; i >= 0; i--) {
            Pending pending = frame.get(i);
            overlay.revert(pending.touches());
        }
        frame.clear();
    }

    /** The index knows this mutation now, so the overlay need not. Publisher only. */
    void forget(Pending pending) {
        overlay.forget(pending.touches());
    }

    /** The sequence that the next needle gets. */
    long nextSequence() {
        return nextSequence;
    }

    /** Frames appended since the start; any thread. */
    long frames() {
        return frames.sum();
    }

    /** Bytes of them; any thread. */
    long appendedBytes() {
        return appendedBytes.sum();
    }

    /** What every mutation is told once the log takes no more. */
    static StoreClosedException readOnly() {
        return new StoreClosedException(
                ErrorCode.READ_ONLY,
                "The partition takes no writes after a failed write or force; restart the server.");
    }

    static boolean needsForce(Pending pending) {
        return pending.mutation().durability() == Durability.DISK;
    }
}
