package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.model.Durability;
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
import java.util.concurrent.ConcurrentHashMap;
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

    private static final long DELETED = 0;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final VolumeLog log;
    private final PointIndex index;
    private final KeyHasher hasher;
    private final VersionClock versions;
    private final InstantSource clock;
    private final RecordWriting records;
    private final FrameEncoder encoder = new FrameEncoder();
    private final MoveWriter moves;
    private final List<Pending> frame = new ArrayList<>();
    /** The newest version of keys that may not be published yet; 0 for deleted. */
    private final ConcurrentHashMap<KeyHash, Long> overlay = new ConcurrentHashMap<>();

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
        this.index = index;
        this.hasher = hasher;
        this.versions = versions;
        this.clock = clock;
        this.records = records;
        this.nextSequence = nextSequence;
    }

    /** Judges and appends a batch, in order; afterwards every pending is decided, failed or appended. */
    void write(List<Pending> batch) {
        for (int i = 0; i < batch.size(); i++) {
            Pending pending = batch.get(i);
            try {
                take(pending, batch.size() - i);
            } catch (HayloftException e) {
                noteBrokenLog(e);
                pending.fail(e);
            }
        }
        closeFrame();
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
        if (mutation instanceof Mutation.Put put) {
            if (isJudgedTrue(pending, put, false)) {
                encode(pending, put, remaining);
            }
        } else if (mutation instanceof Mutation.Delete delete) {
            if (isJudgedTrue(pending, delete, true)) {
                encode(pending, delete, remaining);
            }
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
        } else if (mutation instanceof Mutation.Seal) {
            closeFrame();
            log.sealOpenVolume();
            pending.decide(new Mutation.Outcome.Applied(0, false));
        } else {
            pending.decide(new Mutation.Outcome.Applied(0, false));
        }
    }

    /** What a group is judged by stands in the log before it, and the group in a frame of its own. */
    private void takeGroup(Pending pending, Mutation.Group group) {
        checkGate(group.gate());
        closeFrame();
        group.checkFitsFrame();
        List<Pending> steps = new ArrayList<>();
        boolean taken = false;
        try {
            for (Mutation.OfKey step : group.steps()) {
                Pending part = new Pending(step);
                Optional<Mutation.Outcome> answer = answerWithoutWriting(step, step instanceof Mutation.Delete);
                if (answer.isPresent() && answer.get() instanceof Mutation.Outcome.Mismatch mismatch) {
                    pending.decide(new Mutation.Outcome.GroupMismatch(steps.size(), mismatch.actualVersion()));
                    return;
                }
                answer.ifPresentOrElse(
                        part::decide, () -> encodeStep(part, step, group.steps().size()));
                steps.add(part);
            }
            taken = true;
        } finally {
            if (!taken) {
                takeBackFrame();
            }
        }
        closeFrame();
        pending.steps(steps);
        steps.stream().flatMap(part -> part.failure().stream()).findFirst().ifPresent(pending::fail);
        pending.decide(new Mutation.Outcome.GroupApplied(
                pending.isFailed()
                        ? List.of()
                        : steps.stream().map(Pending::applied).toList()));
    }

    private void encodeStep(Pending part, Mutation.OfKey step, int count) {
        if (frame.isEmpty()) {
            beginFrame(step.gate().bucketId(), count);
        }
        if (step instanceof Mutation.Put put) {
            add(part, put);
        } else if (step instanceof Mutation.Delete delete) {
            add(part, delete);
        }
    }

    private boolean isJudgedTrue(Pending pending, Mutation.OfKey mutation, boolean needsPresence) {
        checkGate(mutation.gate());
        if (mutation.expectedVersion() == Mutation.ANY && !needsPresence) {
            return true;
        }
        Optional<Mutation.Outcome> answer = answerWithoutWriting(mutation, needsPresence);
        if (answer.isPresent() && overlay.containsKey(mutation.hash())) {
            closeFrame(); // What an answer rests on must stand in the log; a full disk may refuse it yet.
            answer = answerWithoutWriting(mutation, needsPresence);
        }
        answer.ifPresent(pending::decide);
        return answer.isEmpty();
    }

    private Optional<Mutation.Outcome> answerWithoutWriting(Mutation.OfKey mutation, boolean needsPresence) {
        long expected = mutation.expectedVersion();
        long actual = currentVersion(mutation.hash());
        boolean holds =
                expected == Mutation.ANY || (expected == Mutation.PRESENT ? actual != DELETED : actual == expected);
        if (!holds) {
            return Optional.of(new Mutation.Outcome.Mismatch(actual));
        }
        return needsPresence && actual == DELETED
                ? Optional.of(new Mutation.Outcome.Applied(0, false))
                : Optional.empty();
    }

    private static void checkGate(BucketGate gate) {
        if (gate.isClosed()) {
            throw new RequestException(ErrorCode.NO_SUCH_BUCKET, "The bucket is being deleted.");
        }
    }

    /** The version of a key, published or not; 0 when there is none. */
    long currentVersion(KeyHash hash) {
        Long ahead = overlay.get(hash);
        if (ahead != null) {
            return ahead;
        }
        OptionalLong inGroup = records.newest(hash);
        return inGroup.isPresent()
                ? inGroup.getAsLong()
                : index.find(hash).map(Location::version).orElse(DELETED);
    }

    /** A group of records comes encoded; it is a frame of its own. */
    private void append(Pending pending, Mutation.Records mutation) {
        try {
            mutation.stream().failure().ifPresent(failure -> {
                throw failure;
            });
            checkGate(mutation.gate());
            closeFrame();
            append(pending, mutation.group());
        } catch (HayloftException e) {
            mutation.stream().fail(e);
            throw e;
        }
    }

    private void append(Pending pending, RecordGroup group) {
        records.judge(group, this);
        pending.decide(new Mutation.Outcome.Applied(0, false));
        if (group.count() == 0) {
            return; // All of it was known before: acknowledged in its turn.
        }
        long version = versions.reserve(group.count());
        FrameEncoder encoded = group.number(nextSequence, version, clock.millis(), records.settled(group));
        group.appendedAt(log.append(encoded));
        nextSequence += group.count();
        frames.increment();
        appendedBytes.add(encoded.sizeBytes());
        records.appended(group);
        overlay(group);
        pending.appendedAs(group);
        afterAppend(group.position());
    }

    /** What was noted of single mutations is older than the group. */
    private void overlay(RecordGroup group) {
        if (!overlay.isEmpty()) {
            for (int i = 0; i < group.count(); i++) {
                long version = group.isPut(i) ? group.version(i) : DELETED;
                overlay.computeIfPresent(group.hash(i), (hash, before) -> version);
            }
        }
    }

    /** The index knows the group now. Publisher only. */
    void forget(RecordGroup group) {
        records.published(group);
        if (!overlay.isEmpty()) {
            for (int i = 0; i < group.count(); i++) {
                overlay.remove(group.hash(i), group.isPut(i) ? group.version(i) : DELETED);
            }
        }
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

    private void encode(Pending pending, Mutation.Put put, int remaining) {
        openFrame(put.gate().bucketId(), put.content().payload().remaining(), remaining);
        add(pending, put);
    }

    private void add(Pending pending, Mutation.Put put) {
        Mutation.Content content = put.content();
        long version = nextVersion();
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                (byte) 0,
                content.manifest(),
                content.contentSizeBytes(),
                content.sha256(),
                OptionalLong.empty(),
                Optional.empty());
        add(pending, head, put.hash(), put.key(), content.attributes(), content.payload(), version);
        overlay(pending, put.hash(), version);
    }

    private void encode(Pending pending, Mutation.Delete delete, int remaining) {
        openFrame(delete.gate().bucketId(), 0, remaining);
        add(pending, delete);
    }

    private void add(Pending pending, Mutation.Delete delete) {
        NeedleHead head = new NeedleHead(
                NeedleType.TOMBSTONE, (byte) 0, false, 0, Optional.empty(), OptionalLong.empty(), Optional.empty());
        add(pending, head, delete.hash(), delete.key(), NOTHING, NOTHING, nextVersion());
        overlay(pending, delete.hash(), DELETED);
    }

    private void encode(Pending pending, Mutation.Extent extent, int remaining) {
        checkGate(extent.gate());
        int bucketId = extent.gate().bucketId();
        openFrame(bucketId, extent.payload().remaining(), remaining);
        long id = nextVersion();
        NeedleHead head = new NeedleHead(
                NeedleType.EXTENT,
                (byte) 0,
                false,
                extent.payload().remaining(),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
        ByteBuffer key = ByteBuffer.allocate(Long.BYTES).putLong(0, id);
        add(pending, head, hasher.extent(bucketId, id), key, NOTHING, extent.payload(), id);
    }

    private void openFrame(int bucketId, int payloadSizeBytes, int remaining) {
        if (!frame.isEmpty()
                && (bucketId != frameBucketId
                        || frame.size() == frameVersions
                        || encoder.sizeBytes() + payloadSizeBytes > FRAME_BYTES_MAX)) {
            closeFrame();
        }
        if (frame.isEmpty()) {
            beginFrame(bucketId, Math.min(FRAME_NEEDLES_MAX, remaining));
        }
    }

    private void beginFrame(int bucketId, int needles) {
        frameVersions = needles;
        frameFirstVersion = versions.reserve(frameVersions);
        frameTimeMillis = clock.millis();
        frameBucketId = bucketId;
        encoder.begin(bucketId, nextSequence, frameFirstVersion, frameTimeMillis);
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
    }

    private void overlay(Pending pending, KeyHash hash, long version) {
        pending.overlaid(Optional.ofNullable(overlay.put(hash, version)));
    }

    private void closeFrame() {
        if (frame.isEmpty()) {
            return;
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
        } catch (HayloftException e) {
            noteBrokenLog(e);
            refuseFrame(e);
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
            if (pending.mutation() instanceof Mutation.OfKey) {
                pending.overlaidBefore()
                        .ifPresentOrElse(
                                before -> overlay.put(pending.hash(), before), () -> overlay.remove(pending.hash()));
            }
        }
        frame.clear();
    }

    /** The index knows this mutation now, so the overlay need not. Publisher only. */
    void forget(Pending pending) {
        boolean deleted = pending.mutation() instanceof Mutation.Delete;
        overlay.remove(pending.hash(), deleted ? DELETED : pending.version());
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
