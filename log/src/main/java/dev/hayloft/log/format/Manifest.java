package dev.hayloft.log.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names the extents of a large body, in order: of one that was put those that hold it, all but the last of
 * {@link #extentSizeBytes()} bytes of content; of one that was appended to its {@link AppendedBody}.
 *
 * <p><i>Threads:</i> immutable.
 */
public final class Manifest {
    private final int extentSizeBytes;
    private final ByteBuffer ids;
    private final Optional<AppendedBody> appended;

    Manifest(int extentSizeBytes, ByteBuffer ids) {
        this.extentSizeBytes = extentSizeBytes;
        this.ids = ids;
        this.appended = Optional.empty();
    }

    Manifest(AppendedBody appended) {
        this.extentSizeBytes = 0;
        this.ids = ByteBuffer.allocate(0);
        this.appended = Optional.of(appended);
    }

    /** Content bytes of each extent but the last, of a body that was put. */
    public int extentSizeBytes() {
        return extentSizeBytes;
    }

    /** Number of extents that it names itself. */
    public int count() {
        return appended.isPresent() ? appended.get().pieces().size() : ids.limit() / Long.BYTES;
    }

    /** Id of an extent, index 0 to count. */
    public long id(int index) {
        return appended.isPresent() ? appended.get().pieces().get(index).extentId() : ids.getLong(index * Long.BYTES);
    }

    /** Whether that extent lists further ones. */
    public boolean isList(int index) {
        return appended.isPresent() && appended.get().pieces().get(index).isList();
    }

    /** The body of an object that was appended to. */
    public Optional<AppendedBody> appended() {
        return appended;
    }

    /**
     * What it names itself, with sizes.
     *
     * @param contentSize of the whole object
     */
    public List<Piece> pieces(long contentSize) {
        if (appended.isPresent()) {
            return appended.get().pieces();
        }
        List<Piece> pieces = new ArrayList<>(count());
        for (int i = 0; i < count(); i++) {
            long before = (long) i * extentSizeBytes;
            pieces.add(new Piece(id(i), Math.min(extentSizeBytes, contentSize - before), 0, false));
        }
        return pieces;
    }
}
