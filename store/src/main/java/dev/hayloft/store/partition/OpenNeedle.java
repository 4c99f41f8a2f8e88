package dev.hayloft.store.partition;

import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLease;
import dev.hayloft.log.format.NeedleView;
import java.nio.ByteBuffer;

/**
 * A needle that was read and checked, with the lease on its volume and the buffer that holds its bytes.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class OpenNeedle implements AutoCloseable {
    private final Location location;
    private final NeedleView view;
    private final ByteBuffer buffer;
    private final VolumeLease lease;
    private final BufferPool buffers;
    private boolean closed;

    OpenNeedle(Location location, NeedleView view, ByteBuffer buffer, VolumeLease lease, BufferPool buffers) {
        this.location = location;
        this.view = view;
        this.buffer = buffer;
        this.lease = lease;
        this.buffers = buffers;
    }

    /** What the index said of it. */
    public Location location() {
        return location;
    }

    /** Its parts; valid until {@link #close()}. */
    public NeedleView view() {
        return view;
    }

    /** Gives buffer and lease back. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            buffers.give(buffer);
            lease.close();
        }
    }
}
