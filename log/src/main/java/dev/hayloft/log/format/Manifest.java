package dev.hayloft.log.format;

import java.nio.ByteBuffer;

/**
 * Names the extents of a large body, in order. All but the last hold {@link #extentSizeBytes()} bytes of content.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class Manifest {
    private final int extentSizeBytes;
    private final ByteBuffer ids;

    Manifest(int extentSizeBytes, ByteBuffer ids) {
        this.extentSizeBytes = extentSizeBytes;
        this.ids = ids;
    }

    /** Content bytes of each extent but the last. */
    public int extentSizeBytes() {
        return extentSizeBytes;
    }

    /** Number of extents. */
    public int count() {
        return ids.limit() / Long.BYTES;
    }

    /** Id of an extent, index 0 to count. */
    public long id(int index) {
        return ids.getLong(index * Long.BYTES);
    }
}
