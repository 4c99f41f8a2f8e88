package dev.hayloft.index.map;

import dev.hayloft.index.Location;
import java.util.Objects;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.RandomDataOutput;
import net.openhft.chronicle.core.Memory;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Location} as the 56 bytes of a map's value, little-endian:
 *
 * <pre>
 *  offset size field
 *       0    8 position
 *       8    8 version
 *      16    4 needleOffset
 *      20    4 needleSize
 *      24    6 contentSize
 *      30    2 flags
 *      32    4 bucketId
 *      36    6 timeMillis
 *      42    8 link
 *      50    6 expiresAtMillis
 * </pre>
 *
 * Under the map's own checksum of the entry. Written in place, as {@link HashData} is.
 *
 * <p><i>Threads:</i> one at a time; Chronicle makes a copy for each. Its class name stands in the maps' headers.
 */
final class LocationData extends AbstractData<Location> implements DataAccess<Location> {
    static final int SIZE = 56;

    private static final long MASK_16 = 0xFFFFL;
    private static final long MASK_32 = 0xFFFF_FFFFL;
    private static final long MASK_48 = 0xFFFF_FFFF_FFFFL;

    private transient @Nullable Location location;
    private transient @Nullable BytesStore<?, ?> store; // For whoever wants bytes; seldom.

    @Override
    public Data<Location> getData(Location instance) {
        location = instance;
        return this;
    }

    @Override
    public void uninit() {
        location = null;
    }

    @Override
    public DataAccess<Location> copy() {
        return new LocationData();
    }

    @Override
    @SuppressWarnings("rawtypes") // As the interface has it.
    public void writeTo(RandomDataOutput target, long targetOffset) {
        Location value = get();
        target.writeLong(targetOffset, value.position());
        target.writeLong(targetOffset + 8, value.version());
        target.writeLong(targetOffset + 16, word2(value));
        target.writeLong(targetOffset + 24, word3(value));
        target.writeLong(targetOffset + 32, word4(value));
        target.writeLong(targetOffset + 40, word5(value));
        target.writeLong(targetOffset + 48, word6(value));
    }

    /** Writes the same without a store of bytes. */
    static void write(Memory target, long address, Location value) {
        target.writeLong(address, value.position());
        target.writeLong(address + 8, value.version());
        target.writeLong(address + 16, word2(value));
        target.writeLong(address + 24, word3(value));
        target.writeLong(address + 32, word4(value));
        target.writeLong(address + 40, word5(value));
        target.writeLong(address + 48, word6(value));
    }

    /** Reads it likewise. */
    static Location read(Memory source, long address) {
        long needle = source.readLong(address + 16);
        long content = source.readLong(address + 24);
        long bucket = source.readLong(address + 32);
        long middle = source.readLong(address + 40);
        long end = source.readLong(address + 48);
        return new Location(
                source.readLong(address),
                (int) needle,
                (int) (needle >>> 32),
                source.readLong(address + 8),
                content & MASK_48,
                (int) (content >>> 48),
                (int) bucket,
                bucket >>> 32 | (middle & MASK_16) << 32,
                middle >>> 16 | end << 48,
                end >>> 16);
    }

    private static long word2(Location value) {
        return (long) value.needleSize() << 32 | value.needleOffset() & MASK_32;
    }

    private static long word3(Location value) {
        return (long) value.flags() << 48 | value.contentSize();
    }

    private static long word4(Location value) {
        return value.timeMillis() << 32 | value.bucketId() & MASK_32;
    }

    private static long word5(Location value) {
        return value.timeMillis() >>> 32 | value.link() << 16;
    }

    private static long word6(Location value) {
        return value.link() >>> 48 | value.expiresAtMillis() << 16;
    }

    @Override
    public RandomDataInput bytes() {
        BytesStore<?, ?> bytes = store == null ? BytesStore.wrap(new byte[SIZE]) : store;
        store = bytes;
        writeTo(bytes, 0);
        return bytes;
    }

    @Override
    public long offset() {
        return 0;
    }

    @Override
    public long size() {
        return SIZE;
    }

    @Override
    public Location get() {
        return Objects.requireNonNull(location, "asked before it was set");
    }

    @Override
    public Location getUsing(@Nullable Location using) {
        return get();
    }

    @Override
    public void readMarshallable(WireIn wire) {
        // Nothing is configured.
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        // Nothing is configured.
    }
}
