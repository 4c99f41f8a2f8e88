package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How far each idempotent producer has come, repeated behind the first frame that a server appends to a volume: so the
 * last volume that has a table, and what stands behind it, tell all that can be known. A frame of one needle of type
 * {@link NeedleType#PRODUCERS}, bucket 0, sequence and version 0, whose payload is, little-endian:
 *
 * <pre>
 *  u8 version = 1, u32 count, then of each producer, the one heard of least recently first:
 *  u32 bucketId, u64 number of the record that it has to send next, u8 nameSize, name
 * </pre>
 */
public final class ProducerTableFormat {
    private static final byte VERSION = 1;
    private static final int HEAD_SIZE = 1 + Integer.BYTES;
    private static final int ENTRY_SIZE = Integer.BYTES + Long.BYTES + 1;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** Longest name of a producer. */
    public static final int NAME_SIZE_MAX = 64;

    /** Most bytes that one producer takes in the table. */
    public static final int ENTRY_SIZE_MAX = ENTRY_SIZE + NAME_SIZE_MAX;

    /**
     * One producer.
     *
     * @param bucketId the bucket that it writes to
     * @param name its name, ASCII
     * @param nextRecord number of the record that it has to send next
     */
    public record Entry(int bucketId, String name, long nextRecord) {}

    private ProducerTableFormat() {}

    /** Makes the encoder hold the table's frame. */
    public static void encode(FrameEncoder encoder, List<Entry> entries, long timeMillis) {
        int size = HEAD_SIZE;
        for (Entry entry : entries) {
            size += ENTRY_SIZE + entry.name().length();
        }
        ByteBuffer payload = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(VERSION).putInt(entries.size());
        for (Entry entry : entries) {
            payload.putInt(entry.bucketId()).putLong(entry.nextRecord());
            payload.put((byte) entry.name().length()).put(entry.name().getBytes(StandardCharsets.US_ASCII));
        }
        NeedleHead head = new NeedleHead(
                NeedleType.PRODUCERS,
                Coding.RAW,
                false,
                size,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
        encoder.begin(0, 0, 0, timeMillis);
        encoder.add(head, NOTHING, NOTHING, payload.flip());
    }

    /**
     * Reads a table.
     *
     * @throws dev.hayloft.model.error.CorruptionException when it does not add up
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static void parse(ByteBuffer payload, Consumer<Entry> entries) {
        ByteBuffer source = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(source.remaining() >= HEAD_SIZE, "A table of producers is cut off.");
        byte version = source.get();
        if (version != VERSION) {
            throw NewerFormat.refusal("producerTableVersion", version);
        }
        int count = source.getInt();
        for (int i = 0; i < count; i++) {
            Check.intact(source.remaining() >= ENTRY_SIZE, "A table of producers is cut off.");
            int bucketId = source.getInt();
            long nextRecord = source.getLong();
            int nameSize = source.get() & 0xFF;
            Check.intact(source.remaining() >= nameSize, "A table of producers is cut off.");
            byte[] name = new byte[nameSize];
            source.get(name);
            entries.accept(new Entry(bucketId, new String(name, StandardCharsets.US_ASCII), nextRecord));
        }
        Check.intact(!source.hasRemaining(), "A table of producers does not add up.");
    }
}
