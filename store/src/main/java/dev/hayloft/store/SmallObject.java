package dev.hayloft.store;

import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.content.ContentMemory;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;

/** An object whose bytes stand in its needle. */
final class SmallObject implements StoredObject {
    private final ObjectInfo info;
    private final OpenNeedle needle;
    private final ByteBuffer content;
    private final ContentMemory memory;

    private SmallObject(ObjectInfo info, OpenNeedle needle, ByteBuffer content, ContentMemory memory) {
        this.info = info;
        this.needle = needle;
        this.content = content;
        this.memory = memory;
    }

    /** The needle is the object's from here on; it stays the caller's when this throws. */
    static SmallObject open(BucketState bucket, ObjectInfo info, OpenNeedle needle) {
        ContentMemory memory = bucket.content().memory();
        ByteBuffer content = bucket.content().decode(needle.view(), memory);
        if (content.remaining() != info.sizeBytes()) {
            throw new CorruptionException("A needle holds another size than it says.").with("key", info.key());
        }
        return new SmallObject(info, needle, content, memory);
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
        Check.argument(offset >= 0 && offset <= content.remaining(), "offset out of range");
        int size = (int) Math.min(sizeMaxBytes, content.remaining() - offset);
        return content.slice(content.position() + (int) offset, size);
    }

    @Override
    public void close() {
        needle.close();
        memory.close();
    }
}
