package dev.hayloft.index.map;

import dev.hayloft.index.Location;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
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
 * Stateless; its class name stands in the maps' headers. Under the map's own checksum of the entry.
 */
final class LocationMarshaller
        implements SizedReader<Location>, SizedWriter<Location>, ReadResolvable<LocationMarshaller> {
    static final LocationMarshaller INSTANCE = new LocationMarshaller();
    static final int SIZE = 56;

    private static final long MASK_32 = 0xFFFF_FFFFL;
    private static final long MASK_48 = 0xFFFF_FFFF_FFFFL;

    private LocationMarshaller() {}

    @Override
    public Location read(Bytes<?> in, long size, @Nullable Location using) {
        long position = in.readLong();
        long version = in.readLong();
        long needle = in.readLong();
        long content = in.readLong();
        long bucket = in.readLong();
        long timeHigh = in.readUnsignedShort();
        long link = in.readLong();
        long expiry = in.readUnsignedInt();
        long expiryHigh = in.readUnsignedShort();
        return new Location(
                position,
                (int) needle,
                (int) (needle >>> 32),
                version,
                content & MASK_48,
                (int) (content >>> 48),
                (int) bucket,
                bucket >>> 32 | timeHigh << 32,
                link,
                expiry | expiryHigh << 32);
    }

    @Override
    public long size(Location location) {
        return SIZE;
    }

    @Override
    public void write(Bytes<?> out, long size, Location location) {
        out.writeLong(location.position());
        out.writeLong(location.version());
        out.writeLong((long) location.needleSize() << 32 | location.needleOffset());
        out.writeLong((long) location.flags() << 48 | location.contentSize());
        out.writeLong(location.timeMillis() << 32 | location.bucketId() & MASK_32);
        out.writeUnsignedShort((int) (location.timeMillis() >>> 32));
        out.writeLong(location.link());
        out.writeUnsignedInt(location.expiresAtMillis() & MASK_32);
        out.writeUnsignedShort((int) (location.expiresAtMillis() >>> 32));
    }

    @Override
    public LocationMarshaller readResolve() {
        return INSTANCE;
    }

    @Override
    public void readMarshallable(WireIn wire) {
        // No state.
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        // No state.
    }
}
