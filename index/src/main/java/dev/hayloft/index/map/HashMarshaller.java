package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/** A {@link KeyHash} as the 16 bytes of a map's key. Stateless; its class name stands in the maps' headers. */
final class HashMarshaller implements SizedReader<KeyHash>, SizedWriter<KeyHash>, ReadResolvable<HashMarshaller> {
    static final HashMarshaller INSTANCE = new HashMarshaller();

    private HashMarshaller() {}

    @Override
    public KeyHash read(Bytes<?> in, long size, @Nullable KeyHash using) {
        return new KeyHash(in.readLong(), in.readLong());
    }

    @Override
    public long size(KeyHash hash) {
        return KeyHash.SIZE;
    }

    @Override
    public void write(Bytes<?> out, long size, KeyHash hash) {
        out.writeLong(hash.high());
        out.writeLong(hash.low());
    }

    @Override
    public HashMarshaller readResolve() {
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
