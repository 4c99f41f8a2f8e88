package dev.hayloft.api.data;

import dev.hayloft.api.http.ByteRanges.Piece;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.StreamedAnswer;
import dev.hayloft.store.ObjectStore;
import dev.hayloft.store.StoredObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** Several pieces as {@code multipart/byteranges} (RFC 9110, section 14.6), its length known beforehand. */
final class MultipartAnswer extends StreamedAnswer {
    private final Exchange exchange;
    private final StoredObject object;
    private final List<Piece> pieces;
    private final List<byte[]> heads = new ArrayList<>();
    private final byte[] tail;
    private int piece;
    private boolean headWritten;
    private boolean tailWritten;
    private long offset;

    MultipartAnswer(Exchange exchange, StoredObject object, List<Piece> pieces) {
        super(exchange);
        this.exchange = exchange;
        this.object = object;
        this.pieces = List.copyOf(pieces);
        String boundary = "hayloft-" + exchange.id();
        String contentType = object.info().attributes().contentType();
        long length = 0;
        for (Piece each : pieces) {
            String head =
                    "\r\n--" + boundary + "\r\nContent-Type: " + ObjectHeaders.raw(contentType) + "\r\nContent-Range: "
                            + ObjectHeaders.contentRange(each, object.info().sizeBytes()) + "\r\n\r\n";
            heads.add(head.getBytes(StandardCharsets.ISO_8859_1));
            length += heads.get(heads.size() - 1).length + each.length();
        }
        this.tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.ISO_8859_1);
        exchange.headers().put(HttpHeader.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, length + tail.length);
    }

    @Override
    protected @Nullable ByteBuffer next() {
        if (piece == pieces.size()) {
            tailWritten = true;
            return ByteBuffer.wrap(tail);
        }
        Piece current = pieces.get(piece);
        if (!headWritten) {
            headWritten = true;
            offset = current.offset();
            return ByteBuffer.wrap(heads.get(piece));
        }
        long left = current.last() + 1 - offset;
        ByteBuffer bytes = object.read(offset, (int) Math.min(left, ObjectStore.EXTENT_SIZE));
        offset += bytes.remaining();
        if (offset > current.last()) {
            piece++;
            headWritten = false;
        }
        return bytes;
    }

    @Override
    protected boolean isAtEnd() {
        return tailWritten;
    }

    @Override
    protected void close() {
        object.close();
        exchange.front().budget().giveBack(RangeAnswer.BYTES);
    }
}
