package dev.hayloft.api.http;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingNestedCallback;

/**
 * Writes bytes of the heap slice by slice. The network takes bytes from outside the heap only: given megabytes at once,
 * the JDK makes as large a buffer for them, clears and fills it, and each thread keeps its last.
 *
 * <p><i>Threads:</i> one step at a time; the end of one slice's write begins the next.
 */
public final class SlicedWrite extends IteratingNestedCallback {
    static final int SLICE_BYTES = 128 << 10;

    private final Response response;
    private final boolean last;
    private final Iterator<ByteBuffer> further;
    private ByteBuffer bytes;

    private SlicedWrite(Response response, boolean last, Iterator<ByteBuffer> pieces, Callback callback) {
        super(callback);
        this.response = response;
        this.last = last;
        this.further = pieces;
        this.bytes = pieces.next();
    }

    /**
     * Writes from position to limit.
     *
     * @param last whether this is the end of the answer
     * @param callback completed once, when the network has all of it or the first failure came
     */
    public static void write(Response response, boolean last, ByteBuffer bytes, Callback callback) {
        if (bytes.isDirect() || bytes.remaining() <= SLICE_BYTES) {
            response.write(last, bytes, callback);
        } else {
            write(response, last, List.of(bytes), callback);
        }
    }

    /** The same of several pieces, of which not all are empty. */
    public static void write(Response response, boolean last, List<ByteBuffer> pieces, Callback callback) {
        Iterator<ByteBuffer> full =
                pieces.stream().filter(ByteBuffer::hasRemaining).iterator();
        new SlicedWrite(response, last, full, callback).iterate();
    }

    @Override
    protected Action process() {
        if (!bytes.hasRemaining()) {
            if (!further.hasNext()) {
                return Action.SUCCEEDED;
            }
            bytes = further.next();
        }
        int size = Math.min(bytes.remaining(), SLICE_BYTES);
        ByteBuffer slice = bytes.slice(bytes.position(), size);
        bytes.position(bytes.position() + size);
        response.write(last && !bytes.hasRemaining() && !further.hasNext(), slice, this);
        return Action.SCHEDULED;
    }
}
