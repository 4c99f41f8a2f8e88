package dev.hayloft.api.ciaos;

import dev.hayloft.model.ObjectAttributes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * How an object's content is cut into blobs, kept with it as text: lengths in decimal with commas between, {@code LxN}
 * for N of the same length in a row; where that takes more than 2000 characters, {@code z} and base64url of the
 * deflated lengths, each a varint. One blob needs nothing: so an object of another front is a value of one blob.
 *
 * <p>What does not fit the content, because another front has changed it, is taken as it comes: content behind the last
 * length is one more blob, and lengths beyond the content are not believed. Immutable.
 */
final class BlobLengths {
    /** More than any kept text can hold. */
    static final int COUNT_MAX = 1_000_000;

    private static final int PLAIN_LENGTH_MAX = 2000;
    private static final int TEXT_LENGTH_MAX = 60_000;
    private static final int PIECE = 8192;

    private final long[] lengths;

    BlobLengths(long[] lengths) {
        this.lengths = lengths.clone();
    }

    int count() {
        return lengths.length;
    }

    long length(int index) {
        return lengths[index];
    }

    long total() {
        return Arrays.stream(lengths).sum();
    }

    /** These and then those. */
    BlobLengths and(BlobLengths more) {
        long[] all = Arrays.copyOf(lengths, lengths.length + more.lengths.length);
        System.arraycopy(more.lengths, 0, all, lengths.length, more.lengths.length);
        return new BlobLengths(all);
    }

    /** Most blobs that {@link #of} can make of an object; found out without holding their lengths. */
    static int countMax(ObjectAttributes attributes) {
        String text = attributes.headers().get(ObjectAttributes.CIAOS_BLOBS);
        try {
            return text == null ? 1 : 1 + (text.startsWith("z") ? countPacked(text.substring(1)) : countPlain(text));
        } catch (IllegalArgumentException | DataFormatException e) {
            return 1; // Nor does the other believe it.
        }
    }

    private static int countPlain(String text) {
        long count = 0;
        for (String item : text.split(",")) {
            int times = item.indexOf('x');
            count += times < 0 ? 1 : Integer.parseInt(item.substring(times + 1));
        }
        return (int) Math.min(count, COUNT_MAX);
    }

    private static int countPacked(String base64) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(Base64.getUrlDecoder().decode(base64));
            byte[] piece = new byte[PIECE];
            int count = 0;
            while (!inflater.finished() && count <= COUNT_MAX) {
                int size = inflater.inflate(piece);
                if (size == 0) {
                    throw new DataFormatException("no lengths");
                }
                for (int i = 0; i < size; i++) {
                    count += piece[i] >= 0 ? 1 : 0;
                }
            }
            return count;
        } finally {
            inflater.end();
        }
    }

    /** What an object of that size, kept with these attributes, is cut into. */
    static BlobLengths of(ObjectAttributes attributes, long sizeBytes) {
        String text = attributes.headers().get(ObjectAttributes.CIAOS_BLOBS);
        BlobLengths kept = text == null ? null : decode(text);
        if (kept == null || kept.total() > sizeBytes) {
            return new BlobLengths(new long[] {sizeBytes});
        }
        long rest = sizeBytes - kept.total();
        return rest == 0 ? kept : kept.and(new BlobLengths(new long[] {rest}));
    }

    /**
     * What is to be kept with the object.
     *
     * @throws CiaosRefusal when there are more blobs than can be kept
     */
    ObjectAttributes attributes() {
        if (lengths.length == 1) {
            return ObjectAttributes.NONE;
        }
        String text = plain();
        text = text.length() <= PLAIN_LENGTH_MAX ? text : packed();
        if (lengths.length > COUNT_MAX || text.length() > TEXT_LENGTH_MAX) {
            throw CiaosRefusal.text(400, "Too many blobs in one value; their lengths cannot be kept");
        }
        Map<String, String> kept = Map.of(ObjectAttributes.CIAOS_BLOBS, text);
        return new ObjectAttributes(ObjectAttributes.DEFAULT_CONTENT_TYPE, kept, Map.of());
    }

    private String plain() {
        StringBuilder text = new StringBuilder();
        int i = 0;
        while (i < lengths.length && text.length() <= PLAIN_LENGTH_MAX) {
            int from = i;
            while (i < lengths.length && lengths[i] == lengths[from]) {
                i++;
            }
            text.append(text.isEmpty() ? "" : ",").append(lengths[from]);
            if (i - from > 1) {
                text.append('x').append(i - from);
            }
        }
        return text.toString();
    }

    private String packed() {
        ByteArrayOutputStream varints = new ByteArrayOutputStream();
        for (long length : lengths) {
            long rest = length;
            while (rest > 127) {
                varints.write((int) (rest & 127) | 128);
                rest >>>= 7;
            }
            varints.write((int) rest);
        }
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setInput(varints.toByteArray());
            deflater.finish();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] piece = new byte[PIECE];
            while (!deflater.finished()) {
                bytes.write(piece, 0, deflater.deflate(piece));
            }
            return "z" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
        } finally {
            deflater.end();
        }
    }

    /** Null for what none of us has written. */
    private static @Nullable BlobLengths decode(String text) {
        try {
            return new BlobLengths(text.startsWith("z") ? unpack(text.substring(1)) : parse(text));
        } catch (IllegalArgumentException | DataFormatException e) {
            return null;
        }
    }

    private static long[] parse(String text) {
        long[] lengths = new long[16];
        int count = 0;
        for (String item : text.split(",")) {
            int times = item.indexOf('x');
            long length = Long.parseLong(times < 0 ? item : item.substring(0, times));
            int repeat = times < 0 ? 1 : Integer.parseInt(item.substring(times + 1));
            if (length < 0 || repeat < 1 || repeat > COUNT_MAX - count) {
                throw new IllegalArgumentException("no lengths");
            }
            lengths = count + repeat > lengths.length ? Arrays.copyOf(lengths, 2 * (count + repeat)) : lengths;
            Arrays.fill(lengths, count, count + repeat, length);
            count += repeat;
        }
        return Arrays.copyOf(lengths, count);
    }

    private static long[] unpack(String base64) throws DataFormatException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(Base64.getUrlDecoder().decode(base64));
            byte[] piece = new byte[PIECE];
            long[] lengths = new long[1024];
            int count = 0;
            long length = 0;
            int shift = 0;
            while (!inflater.finished()) {
                int size = inflater.inflate(piece);
                if (size == 0 || count + size > COUNT_MAX + PIECE) {
                    throw new DataFormatException("no lengths");
                }
                for (int i = 0; i < size; i++) {
                    length |= (long) (piece[i] & 127) << shift;
                    shift += 7;
                    if (piece[i] >= 0) {
                        lengths = count == lengths.length ? Arrays.copyOf(lengths, 2 * count) : lengths;
                        lengths[count++] = length;
                        length = 0;
                        shift = 0;
                    }
                }
            }
            return Arrays.copyOf(lengths, count);
        } finally {
            inflater.end();
        }
    }
}
