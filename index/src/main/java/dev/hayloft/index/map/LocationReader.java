package dev.hayloft.index.map;

import dev.hayloft.index.Location;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** Reads the 56 bytes that {@link LocationData} writes. Stateless; its class name stands in the maps' headers. */
final class LocationReader implements SizedReader<Location>, ReadResolvable<LocationReader> {
    static final LocationReader INSTANCE = new LocationReader();

    private static final long MASK_48 = 0xFFFF_FFFF_FFFFL;

    private LocationReader() {}

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
    public LocationReader readResolve() {
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
