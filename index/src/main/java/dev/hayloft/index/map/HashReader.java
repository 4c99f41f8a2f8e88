package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** Reads the 16 bytes that {@link HashData} writes. Stateless; its class name stands in the maps' headers. */
final class HashReader implements SizedReader<KeyHash>, ReadResolvable<HashReader> {
    static final HashReader INSTANCE = new HashReader();

    private HashReader() {}

    @Override
    public KeyHash read(Bytes<?> in, long size, @Nullable KeyHash using) {
        return new KeyHash(in.readLong(), in.readLong());
    }

    @Override
    public HashReader readResolve() {
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
