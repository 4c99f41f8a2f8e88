package dev.hayloft.store;

import dev.hayloft.model.error.Check;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;

/** An object whose bytes stand in its needle. */
final class SmallObject implements StoredObject {
    private final ObjectInfo info;
    private final OpenNeedle needle;

    SmallObject(ObjectInfo info, OpenNeedle needle) {
        this.info = info;
        this.needle = needle;
    }

    @Override
    public ObjectInfo info() {
        return info;
    }

    @Override
    public boolean inMemory() {
        return true;
    }

    @Override
    public ByteBuffer read(long offset, int sizeMaxBytes) {
        ByteBuffer payload = needle.view().payload();
        Check.argument(offset >= 0 && offset <= payload.remaining(), "offset out of range");
        int size = (int) Math.min(sizeMaxBytes, payload.remaining() - offset);
        return payload.slice(payload.position() + (int) offset, size);
    }

    @Override
    public void close() {
        needle.close();
    }
}
