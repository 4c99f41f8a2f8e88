package dev.hayloft.log;

import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.model.error.HayloftException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Checks the frames of a part of a volume while somebody reads its bytes anyway, piece by piece. It knows two answers
 * only: all is well, or there is doubt, which says nothing about where or why: then a scan has to look.
 *
 * <p>The same grammar and checksums as those of {@link FrameScanner}.
 *
 * <p><i>Threads:</i> confined to one.
 */
public final class FrameWalk {
    private static final int WORD = Integer.BYTES;

    private final ByteBuffer header =
            ByteBuffer.allocate(FrameFormat.HEADER_SIZE_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private State state = State.WORD;

    /** Bytes that are still to come of what the state names. */
    private long left = WORD;

    private long entrySize;
    private long padding;
    private boolean isInDoubt;

    private enum State {
        WORD,
        HEADER,
        BODY,
        OWN_OF_CHRONICLE,
        PADDING
    }

    /** Takes the next bytes; the first ones are those of an excerpt's word. */
    public void take(byte[] bytes, int length) {
        ByteBuffer piece = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        while (piece.hasRemaining() && !isInDoubt) {
            switch (state) {
                case WORD -> word(piece);
                case HEADER -> header(piece);
                case BODY -> body(piece);
                case OWN_OF_CHRONICLE -> ownOfChronicle(piece);
                case PADDING -> pass(piece);
            }
        }
    }

    /** Whether anything was not as it should be; what follows is not looked at then. */
    public boolean isInDoubt() {
        return isInDoubt;
    }

    /** Whether the bytes so far are whole excerpts, all of them right. */
    public boolean isWhole() {
        return !isInDoubt && state == State.WORD && left == WORD;
    }

    private void word(ByteBuffer piece) {
        if (piece.remaining() < WORD) {
            isInDoubt = true; // Words stand at multiples of 4, and so do pieces.
            return;
        }
        int word = piece.getInt();
        entrySize = FrameScanner.sizeOf(word);
        padding = FrameScanner.align(entrySize) - entrySize;
        if (FrameScanner.isOwnOfChronicle(word)) {
            await(State.OWN_OF_CHRONICLE, entrySize);
            isInDoubt |= entrySize > FrameScanner.META_SIZE_MAX;
        } else {
            header.clear();
            await(State.HEADER, FrameFormat.HEADER_SIZE);
            isInDoubt |= word <= 0;
        }
    }

    private void header(ByteBuffer piece) {
        copy(piece);
        if (left > 0) {
            return;
        }
        int size = FrameFormat.headerSize(header, 0);
        if (header.getInt(0) != FrameFormat.MAGIC || size < header.position()) {
            isInDoubt = true;
        } else if (size > header.position()) {
            left = (long) size - header.position();
        } else {
            isInDoubt = !isRight(header.flip());
            crc.reset();
            await(State.BODY, entrySize - size);
        }
    }

    private boolean isRight(ByteBuffer whole) {
        try {
            if (!FrameFormat.isHeader(whole, 0)) {
                return false;
            }
            FrameFormat.checkReadable(whole, 0);
        } catch (HayloftException refused) {
            return false;
        }
        return FrameFormat.frameSize(whole, 0) == entrySize && FrameFormat.isStoredAsIs(whole, 0);
    }

    private void body(ByteBuffer piece) {
        ByteBuffer part = part(piece);
        crc.update(part);
        if (left == 0) {
            isInDoubt = (int) crc.getValue() != FrameFormat.bodyCrc(header, 0);
            awaitNext();
        }
    }

    private void ownOfChronicle(ByteBuffer piece) {
        ByteBuffer part = part(piece);
        while (part.remaining() >= WORD) { // What looks like a frame in there may be one.
            isInDoubt |= part.getInt() == FrameFormat.MAGIC;
        }
        if (left == 0) {
            awaitNext();
        }
    }

    private void pass(ByteBuffer piece) {
        part(piece);
        if (left == 0) {
            await(State.WORD, WORD);
        }
    }

    private void awaitNext() {
        if (padding > 0) {
            await(State.PADDING, padding);
        } else {
            await(State.WORD, WORD);
        }
    }

    private void await(State next, long size) {
        state = next;
        left = size;
        if (size == 0) {
            isInDoubt = true; // No excerpt is empty, and no frame is without a body.
        }
    }

    private void copy(ByteBuffer piece) {
        header.put(part(piece));
    }

    /** The bytes at hand of what is awaited; they count as taken. */
    private ByteBuffer part(ByteBuffer piece) {
        int size = (int) Math.min(left, piece.remaining());
        ByteBuffer part = piece.slice(piece.position(), size).order(ByteOrder.LITTLE_ENDIAN);
        piece.position(piece.position() + size);
        left -= size;
        return part;
    }
}
