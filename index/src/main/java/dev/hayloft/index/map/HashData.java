package dev.hayloft.index.map;

import dev.hayloft.index.KeyHash;
import java.util.Objects;
import net.openhft.chronicle.algo.hashing.LongHashFunction;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.RandomDataInput;
import net.openhft.chronicle.bytes.RandomDataOutput;
import net.openhft.chronicle.hash.AbstractData;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.hash.serialization.DataAccess;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * A {@link KeyHash} as the 16 bytes of a map's key: high, low, little-endian. Compared, hashed and written word by word
 * without a copy of the bytes: an object that marshals goes through a buffer for each, which was a fifth of a put.
 *
 * <p><i>Threads:</i> one at a time; Chronicle makes a copy for each. Its class name stands in the maps' headers.
 */
final class HashData extends AbstractData<KeyHash> implements DataAccess<KeyHash> {
    private transient long[] words = new long[2];
    private transient @Nullable KeyHash hash;
    private transient @Nullable BytesStore<?, ?> store; // For whoever wants bytes; seldom.

    /** What Chronicle makes of a hash: its lowest bits choose the segment, the next ones the slot. */
    static long spread(KeyHash hash) {
        return XxHash.ofWords(hash.high(), hash.low());
    }

    @Override
    public Data<KeyHash> getData(KeyHash instance) {
        hash = instance;
        words[0] = instance.high();
        words[1] = instance.low();
        return this;
    }

    @Override
    public void uninit() {
        hash = null;
    }

    @Override
    public DataAccess<KeyHash> copy() {
        return new HashData();
    }

    @Override
    public long hash(LongHashFunction function) {
        return XxHash.ofWords(words[0], words[1]); // What the map's function gives.
    }

    @Override
    public boolean equivalent(RandomDataInput source, long sourceOffset) {
        return source.readLong(sourceOffset) == words[0] && source.readLong(sourceOffset + Long.BYTES) == words[1];
    }

    @Override
    @SuppressWarnings("rawtypes") // As the interface has it.
    public void writeTo(RandomDataOutput target, long targetOffset) {
        target.writeLong(targetOffset, words[0]);
        target.writeLong(targetOffset + Long.BYTES, words[1]);
    }

    @Override
    public RandomDataInput bytes() {
        BytesStore<?, ?> bytes = store == null ? BytesStore.wrap(new byte[KeyHash.SIZE]) : store;
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
        return KeyHash.SIZE;
    }

    @Override
    public KeyHash get() {
        return Objects.requireNonNull(hash, "asked before it was set");
    }

    @Override
    public KeyHash getUsing(@Nullable KeyHash using) {
        return get();
    }

    @Override
    public void readMarshallable(WireIn wire) {
        words = new long[2]; // Nothing is configured; no constructor has run.
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        // Nothing is configured.
    }
}
