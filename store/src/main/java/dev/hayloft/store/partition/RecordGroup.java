package dev.hayloft.store.partition;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.FrameEncoder;
import dev.hayloft.log.format.NeedleFormat;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.ProducerRun;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Records of one bucket that become one frame: encoded by whoever receives them, so that the writer has nothing left to
 * do but to number the frame and to append it. Used again and again.
 *
 * <p><i>Threads:</i> one at a time: who fills it, then the writer, then who publishes, each handing it on safely.
 */
public final class RecordGroup {
    /** A group takes no further record beyond this. */
    public static final int SIZE_MAX = 256 << 10;

    /** Nor beyond this many: a sort key has 16 bits for a record's place. */
    public static final int RECORDS_MAX = 8192;

    private static final int FIRST_ROOM = 256;
    private static final Sha256 NO_DIGEST = new Sha256(0, 0, 0, 0);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final Mutation.Content DELETED = new Mutation.Content(NOTHING, NOTHING, false, 0, Optional.empty());

    /** What needs no more than the needle in the log, once the group is published. */
    private record Needle(KeyHash hash, int offset, int sizeBytes, int payloadSize, Optional<Coding> put) {
        boolean isPut() {
            return put.isPresent();
        }
    }

    private final KeyHasher hasher;
    private final FrameEncoder encoder = new FrameEncoder();
    private Needle[] needles = new Needle[FIRST_ROOM];
    private DirectoryEntry[] entries = new DirectoryEntry[FIRST_ROOM];
    private int bucketId;
    private Optional<ProducerRun> run = Optional.empty();
    private int records;
    private int count;
    private boolean hasDeletes;
    private long contentBytes;

    // Written by the writer.
    private long firstSequence;
    private long firstVersion;
    private long timeMillis;
    private long position;

    /** An empty group; {@link #begin} comes first. */
    public RecordGroup(KeyHasher hasher) {
        this.hasher = hasher;
    }

    /**
     * Starts anew.
     *
     * @param firstOfProducer the producer and the number of the record that will be the group's first
     */
    public void begin(int newBucketId, Optional<ProducerRun> firstOfProducer) {
        Arrays.fill(needles, 0, count, null);
        Arrays.fill(entries, 0, count, null);
        bucketId = newBucketId;
        run = firstOfProducer;
        records = 0;
        count = 0;
        hasDeletes = false;
        contentBytes = 0;
        encoder.begin(bucketId, run.map(ProducerRun::producer).orElse(""));
    }

    /** Whether a record of so many bytes should go to the next group. */
    public boolean isFullFor(int recordBytes) {
        return records > 0 && (records >= RECORDS_MAX || encoder.sizeBytes() + recordBytes > SIZE_MAX);
    }

    /**
     * Adds a put.
     *
     * @param key kept, so its bytes must not change
     * @param content its attributes are kept likewise, its payload is copied
     * @param sizeBytes of the content as it was written
     */
    public void put(ByteBuffer key, Mutation.Content content, int sizeBytes) {
        NeedleHead head = new NeedleHead(
                NeedleType.OBJECT,
                content.coding(),
                false,
                content.contentSizeBytes(),
                content.sha256(),
                content.expiresAtMillis(),
                Optional.empty());
        int offset = encoder.add(head, key, content.attributes(), content.payload());
        add(key, offset, content, Optional.of(content.coding()));
        contentBytes += key.remaining() + sizeBytes;
    }

    /** Adds a deletion; the key is kept, so its bytes must not change. */
    public void delete(ByteBuffer key) {
        int offset = encoder.add(NeedleHead.tombstone(), key, NOTHING, NOTHING);
        add(key, offset, DELETED, Optional.empty());
        contentBytes += key.remaining();
        hasDeletes = true;
    }

    private void add(ByteBuffer key, int offset, Mutation.Content content, Optional<Coding> put) {
        if (count == needles.length) {
            needles = Arrays.copyOf(needles, count * 2);
            entries = Arrays.copyOf(entries, count * 2);
        }
        needles[count] = new Needle(
                hasher.object(bucketId, key),
                offset,
                encoder.lastNeedleSize(),
                content.payload().remaining(),
                put);
        entries[count] = new DirectoryEntry(
                bucketId,
                key,
                0,
                content.contentSizeBytes(),
                0,
                content.sha256().orElse(NO_DIGEST),
                content.expiresAtMillis(),
                content.attributes());
        count++;
        records++;
    }

    /** Records added, whatever became of them. */
    public int records() {
        return records;
    }

    /** Bytes of keys and values added. */
    public long contentBytes() {
        return contentBytes;
    }

    /** Bytes of the frame so far. */
    public int sizeBytes() {
        return encoder.sizeBytes();
    }

    /** Bytes of memory that the group holds on to outside the heap. */
    public int capacityBytes() {
        return encoder.capacityBytes();
    }

    int bucketId() {
        return bucketId;
    }

    Optional<ProducerRun> run() {
        return run.map(first -> new ProducerRun(first.producer(), first.firstRecord(), records));
    }

    boolean hasDeletes() {
        return hasDeletes;
    }

    /** The writer takes out what leaves no needle. */
    void retain(IntPredicate isKept) {
        encoder.choose();
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (isKept.test(i)) {
                Needle needle = needles[i];
                int offset = encoder.keep(needle.offset(), needle.sizeBytes());
                needles[kept] =
                        new Needle(needle.hash(), offset, needle.sizeBytes(), needle.payloadSize(), needle.put());
                entries[kept] = entries[i];
                kept++;
            }
        }
        Arrays.fill(needles, kept, count, null);
        Arrays.fill(entries, kept, count, null);
        count = kept;
    }

    /** The writer numbers what is left. */
    FrameEncoder number(long sequence, long version, long time, Optional<ProducerRun> settled) {
        firstSequence = sequence;
        firstVersion = version;
        timeMillis = time;
        encoder.number(sequence, version, time);
        settled.ifPresent(encoder::run);
        return encoder;
    }

    void appendedAt(long framePosition) {
        position = framePosition;
    }

    /** Needles that are left. */
    int count() {
        return count;
    }

    KeyHash hash(int i) {
        return needles[i].hash();
    }

    boolean isPut(int i) {
        return needles[i].isPut();
    }

    long sequence(int i) {
        return firstSequence + i;
    }

    long version(int i) {
        return firstVersion + i;
    }

    long position() {
        return position;
    }

    /** Bytes of all needles that are left. */
    int needleBytes() {
        Check.invariant(count > 0, "a group without needles is not published");
        return needles[count - 1].offset() + needles[count - 1].sizeBytes() - needles[0].offset();
    }

    private int expires(int i) {
        return entries[i].expiresAtMillis().isPresent() ? Location.EXPIRES : 0;
    }

    Location location(int i) {
        Needle needle = needles[i];
        return new Location(
                position,
                needle.offset(),
                needle.sizeBytes(),
                firstVersion + i,
                entries[i].contentSize(),
                needle.isPut() ? expires(i) : Location.TOMBSTONE,
                bucketId,
                timeMillis,
                0,
                entries[i].expiresAtMillis().orElse(0));
    }

    /** What the index has for the record's key then; its place is not known before the group is appended. */
    Optional<Location> newest(int i) {
        return needles[i].isPut() ? Optional.of(location(i)) : Optional.empty();
    }

    /** The record as a mutation of its own; its buffers are the group's. */
    Mutation.OfKey mutation(int i, Mutation.Records records) {
        Needle needle = needles[i];
        if (!needle.isPut()) {
            return new Mutation.Delete(records.gate(), needle.hash(), key(i), Mutation.ANY, records.durability());
        }
        DirectoryEntry entry = entries[i];
        int payloadSize = needle.payloadSize();
        ByteBuffer payload = encoder.bytes(needle.offset() + needle.sizeBytes() - payloadSize, payloadSize);
        Mutation.Content content = new Mutation.Content(
                entry.attributes(),
                payload,
                false,
                entry.contentSize(),
                Optional.of(entry.sha256()),
                entry.expiresAtMillis(),
                needle.put().orElseThrow());
        return new Mutation.Put(records.gate(), needle.hash(), key(i), Mutation.ANY, records.durability(), content);
    }

    ByteBuffer key(int i) {
        return entries[i].key();
    }

    DirectoryEntry entry(int i) {
        DirectoryEntry entry = entries[i];
        return new DirectoryEntry(
                bucketId,
                entry.key(),
                firstVersion + i,
                entry.contentSize(),
                timeMillis,
                entry.sha256(),
                entry.expiresAtMillis(),
                entry.attributes());
    }

    /** Bytes that a record adds to the frame at the most. */
    public static int sizeMax(int keySize, int attributesSize, int valueSize) {
        return NeedleFormat.HEAD_SIZE + Sha256.SIZE + Long.BYTES + keySize + attributesSize + valueSize;
    }
}
