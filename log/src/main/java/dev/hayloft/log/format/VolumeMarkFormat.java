package dev.hayloft.log.format;

import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * The first and the last frame of a volume. Each is a frame of one needle, bucket 0, sequence and version 0, without
 * key and metadata; its payload, little-endian:
 *
 * <pre>
 *  start: u8 version = 1, 16 bytes store id (most significant first), u32 partition, u32 volume,
 *         u32 previous volume + 1 (0: none), u64 end of data in the previous volume, i64 createdAtMillis
 *  end:   u8 version = 1, u32 volume, u64 offset where this frame starts, i64 sealedAtMillis
 * </pre>
 */
public final class VolumeMarkFormat {
    private static final byte VERSION = 1;
    private static final int START_SIZE = 1 + 2 * Long.BYTES + 3 * Integer.BYTES + 2 * Long.BYTES;
    private static final int END_SIZE = 1 + Integer.BYTES + 2 * Long.BYTES;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** Bytes of the frame that starts a volume. */
    public static final int START_FRAME_SIZE = FrameFormat.HEADER_SIZE + NeedleFormat.HEAD_SIZE + START_SIZE;

    /** Bytes of the frame that ends a sealed volume: so it is found from the file's end. */
    public static final int END_FRAME_SIZE = FrameFormat.HEADER_SIZE + NeedleFormat.HEAD_SIZE + END_SIZE;

    static {
        Check.invariant(START_FRAME_SIZE == 133, "the start frame is 133 bytes on disk");
        Check.invariant(END_FRAME_SIZE == 109, "the end frame is 109 bytes on disk");
    }

    private VolumeMarkFormat() {}

    /** Makes the encoder hold the start frame. */
    public static void encode(FrameEncoder encoder, VolumeStart start) {
        ByteBuffer payload = ByteBuffer.allocate(START_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(VERSION);
        payload.order(ByteOrder.BIG_ENDIAN);
        payload.putLong(start.storeId().getMostSignificantBits());
        payload.putLong(start.storeId().getLeastSignificantBits());
        payload.order(ByteOrder.LITTLE_ENDIAN);
        payload.putInt(start.partition()).putInt(start.volume());
        payload.putInt(
                start.previousVolume().isPresent() ? start.previousVolume().getAsInt() + 1 : 0);
        payload.putLong(start.previousDataEnd()).putLong(start.createdAtMillis());
        encode(encoder, NeedleType.VOLUME_START, start.createdAtMillis(), payload.flip());
    }

    /** Makes the encoder hold the end frame. */
    public static void encode(FrameEncoder encoder, VolumeEnd end) {
        ByteBuffer payload = ByteBuffer.allocate(END_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        payload.put(VERSION).putInt(end.volume()).putLong(end.offset()).putLong(end.sealedAtMillis());
        encode(encoder, NeedleType.VOLUME_END, end.sealedAtMillis(), payload.flip());
    }

    private static void encode(FrameEncoder encoder, NeedleType type, long timeMillis, ByteBuffer payload) {
        encoder.begin(0, 0, 0, timeMillis);
        encoder.add(NeedleHead.plain(type, payload.remaining(), Optional.empty()), NOTHING, NOTHING, payload);
    }

    /**
     * Reads what a start needle says.
     *
     * @throws dev.hayloft.model.error.CorruptionException when its payload is not whole
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static VolumeStart parseStart(NeedleView needle) {
        ByteBuffer payload = payload(needle, NeedleType.VOLUME_START, START_SIZE);
        payload.order(ByteOrder.BIG_ENDIAN);
        UUID storeId = new UUID(payload.getLong(), payload.getLong());
        payload.order(ByteOrder.LITTLE_ENDIAN);
        int partition = payload.getInt();
        int volume = payload.getInt();
        int previous = payload.getInt();
        return new VolumeStart(
                storeId,
                partition,
                volume,
                previous == 0 ? OptionalInt.empty() : OptionalInt.of(previous - 1),
                payload.getLong(),
                payload.getLong());
    }

    /**
     * Reads what an end needle says.
     *
     * @throws dev.hayloft.model.error.CorruptionException when its payload is not whole
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote it
     */
    public static VolumeEnd parseEnd(NeedleView needle) {
        ByteBuffer payload = payload(needle, NeedleType.VOLUME_END, END_SIZE);
        return new VolumeEnd(payload.getInt(), payload.getLong(), payload.getLong());
    }

    private static ByteBuffer payload(NeedleView needle, NeedleType type, int size) {
        Check.intact(needle.type() == type, "A volume's mark is of another type.");
        ByteBuffer payload = needle.payload().order(ByteOrder.LITTLE_ENDIAN);
        Check.intact(payload.hasRemaining(), "A volume's mark is cut off.");
        int version = payload.get() & 0xFF;
        if (version > VERSION) {
            throw NewerFormat.refusal("volumeVersion", version);
        }
        Check.intact(version == VERSION && payload.limit() == size, "A volume's mark is cut off.");
        return payload;
    }
}
