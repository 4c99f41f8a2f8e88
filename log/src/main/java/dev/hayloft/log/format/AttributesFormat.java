package dev.hayloft.log.format;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Object attributes in a needle's metadata: items of a tag and what it says, in this order. Nothing at all stands for
 * {@link ObjectAttributes#NONE}. Integers are little-endian, text is UTF-8.
 *
 * <pre>
 *  tag  follows
 *    1  u8 code                             content type, of {@link #WELL_KNOWN_TYPES}
 *    2  u16 size, text                      any other content type
 *   16  u16 size, text                      content-encoding
 *   17  u16 size, text                      content-disposition
 *   18  u16 size, text                      content-language
 *   19  u16 size, text                      cache-control
 *   20  u16 size, text                      how the CIAOS API cuts the content into blobs
 *   21  u16 size, text                      of how many parts an appended object is, decimal
 *   22  u16 size, text                      of the newest version after a rename: the key that it had
 *   32  u16 size, name, u16 size, value     one entry of user metadata; entries in the order of their names
 *  128  all of the rest                     attributes in this format, encrypted; then nothing stands before it
 * </pre>
 *
 * Frozen by AttributesFormatTest.
 */
public final class AttributesFormat {
    /** Content types by their code, which is the place in this list. Only ever added to, at the end. */
    public static final List<String> WELL_KNOWN_TYPES = List.of(
            "application/octet-stream",
            "application/json",
            "text/plain",
            "text/plain; charset=utf-8",
            "text/html",
            "text/html; charset=utf-8",
            "text/css",
            "text/csv",
            "text/javascript",
            "text/markdown",
            "text/xml",
            "application/javascript",
            "application/xml",
            "application/pdf",
            "application/zip",
            "application/gzip",
            "application/x-tar",
            "application/zstd",
            "application/java-archive",
            "application/x-ndjson",
            "application/x-www-form-urlencoded",
            "application/vnd.apache.parquet",
            "application/wasm",
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "image/avif",
            "image/svg+xml",
            "image/tiff",
            "audio/mpeg",
            "audio/ogg",
            "video/mp4",
            "video/webm",
            "font/woff2",
            "binary/octet-stream");

    /** Bytes that mark attributes as encrypted. */
    public static final int SEALED_MARK_SIZE = 1;

    private static final byte TAG_SEALED = (byte) 128;
    private static final byte TAG_TYPE_CODE = 1;
    private static final byte TAG_TYPE_TEXT = 2;
    private static final byte TAG_HEADER_FIRST = 16;
    private static final byte TAG_METADATA = 32;
    private static final int TEXT_SIZE_MAX = 0xFFFF;

    /** Frozen here, whatever becomes of the model's list. */
    private static final List<String> HEADERS = List.of(
            "content-encoding",
            "content-disposition",
            "content-language",
            "cache-control",
            "ciaos-blobs",
            "appended-parts",
            "renamed-from");

    private static final Map<String, Integer> TYPE_CODES = typeCodes();

    private AttributesFormat() {}

    /**
     * Encodes attributes.
     *
     * @return bytes from position 0 to the limit, the caller's own; none for the default type alone
     * @throws RequestException {@code too-large} when they take more than 65,535 bytes
     */
    public static ByteBuffer encode(ObjectAttributes attributes) {
        boolean isDefault = attributes.contentType().equals(ObjectAttributes.DEFAULT_CONTENT_TYPE);
        if (isDefault && attributes.headers().isEmpty() && attributes.metadata().isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        Items items = new Items();
        Integer code = TYPE_CODES.get(attributes.contentType());
        if (code == null) {
            items.tag(TAG_TYPE_TEXT).text(attributes.contentType());
        } else if (!isDefault) {
            items.tag(TAG_TYPE_CODE).tag(code.byteValue());
        }
        if (!attributes.headers().isEmpty()) {
            int known = 0;
            for (int i = 0; i < HEADERS.size(); i++) {
                String value = attributes.headers().get(HEADERS.get(i));
                if (value != null) {
                    items.tag((byte) (TAG_HEADER_FIRST + i)).text(value);
                    known++;
                }
            }
            Check.argument(known == attributes.headers().size(), "a header is not one we keep");
        }
        attributes
                .metadata()
                .forEach((name, value) -> items.tag(TAG_METADATA).text(name).text(value));
        requireFit(items.size);
        return ByteBuffer.wrap(items.bytes, 0, items.size).slice();
    }

    /** Items on their way into bytes. */
    private static final class Items {
        private byte[] bytes = new byte[64];
        private int size;

        Items tag(byte tag) {
            reserve(1);
            bytes[size++] = tag;
            return this;
        }

        Items text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            requireFit(utf8.length); // Its size would not fit either.
            reserve(Short.BYTES + utf8.length);
            bytes[size++] = (byte) utf8.length;
            bytes[size++] = (byte) (utf8.length >>> Byte.SIZE);
            System.arraycopy(utf8, 0, bytes, size, utf8.length);
            size += utf8.length;
            return this;
        }

        private void reserve(int more) {
            if (more > bytes.length - size) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
            }
        }
    }

    /**
     * Marks attributes as encrypted, in the bytes left free for it at the beginning.
     *
     * @throws RequestException {@code too-large} when they take more than 65,535 bytes
     */
    public static ByteBuffer markSealed(ByteBuffer sealed) {
        requireFit(sealed.remaining());
        return sealed.put(sealed.position(), TAG_SEALED);
    }

    /** Whether these attributes are encrypted. */
    public static boolean isSealed(ByteBuffer metadata) {
        return metadata.hasRemaining() && metadata.get(metadata.position()) == TAG_SEALED;
    }

    /** The encrypted bytes behind the mark. */
    public static ByteBuffer sealed(ByteBuffer metadata) {
        return metadata.slice(metadata.position() + SEALED_MARK_SIZE, metadata.remaining() - SEALED_MARK_SIZE);
    }

    private static void requireFit(long size) {
        if (size > NeedleFormat.METADATA_SIZE_MAX) {
            throw new RequestException(ErrorCode.TOO_LARGE, "Content headers and metadata are too large together.")
                    .with("bytes", size)
                    .with("maximum", NeedleFormat.METADATA_SIZE_MAX);
        }
    }

    /**
     * Decodes attributes that are not encrypted.
     *
     * @param metadata bytes from position to limit, left as they were
     * @throws dev.hayloft.model.error.CorruptionException when the items do not add up
     * @throws dev.hayloft.model.error.StoreClosedException when a newer Hayloft wrote them
     */
    public static ObjectAttributes decode(ByteBuffer metadata) {
        if (!metadata.hasRemaining()) {
            return ObjectAttributes.NONE;
        }
        ByteBuffer source = metadata.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        String contentType = ObjectAttributes.DEFAULT_CONTENT_TYPE;
        SortedMap<String, String> headers = Collections.emptySortedMap();
        SortedMap<String, String> entries = Collections.emptySortedMap();
        while (source.hasRemaining()) {
            byte tag = source.get();
            if (tag == TAG_TYPE_CODE) {
                Check.intact(source.hasRemaining(), "An object's attributes are cut off.");
                int code = source.get() & 0xFF;
                if (code >= WELL_KNOWN_TYPES.size()) {
                    throw NewerFormat.refusal("contentTypeCode", code);
                }
                contentType = WELL_KNOWN_TYPES.get(code);
            } else if (tag == TAG_TYPE_TEXT) {
                contentType = text(source);
            } else if (tag >= TAG_HEADER_FIRST && tag < TAG_HEADER_FIRST + HEADERS.size()) {
                headers = with(headers, HEADERS.get(tag - TAG_HEADER_FIRST), text(source));
            } else if (tag == TAG_METADATA) {
                String name = text(source);
                entries = with(entries, name, text(source));
            } else {
                throw NewerFormat.refusal("attributeTag", tag);
            }
        }
        return new ObjectAttributes(contentType, headers, entries);
    }

    /** Most objects have none. */
    private static SortedMap<String, String> with(SortedMap<String, String> before, String name, String value) {
        SortedMap<String, String> map = before.isEmpty() ? new TreeMap<>() : before;
        map.put(name, value);
        return map;
    }

    private static String text(ByteBuffer source) {
        Check.intact(source.remaining() >= Short.BYTES, "An object's attributes are cut off.");
        int size = source.getShort() & TEXT_SIZE_MAX;
        Check.intact(source.remaining() >= size, "An object's attributes are cut off.");
        byte[] utf8 = new byte[size];
        source.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static Map<String, Integer> typeCodes() {
        Map<String, Integer> codes = new HashMap<>();
        for (String type : WELL_KNOWN_TYPES) {
            codes.put(type, codes.size());
        }
        return Map.copyOf(codes);
    }
}
