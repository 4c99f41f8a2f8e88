package dev.hayloft.api.data;

import dev.hayloft.api.http.ByteRanges.Piece;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Headers;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.ObjectInfo;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The headers that are kept with an object: read from a write, written to a read. Values are UTF-8; HTTP carries them
 * as bytes, which the server's HTTP library shows as ISO 8859-1.
 */
final class ObjectHeaders {
    private static final int CONTENT_TYPE_LENGTH_MAX = 255;
    private static final int META_NAME_LENGTH_MAX = 64;

    private ObjectHeaders() {}

    /** Puts the headers of an object; with or without those that describe its bytes. */
    static void put(Exchange exchange, ObjectInfo info, boolean withContent) {
        HttpFields.Mutable headers = exchange.headers();
        putVersion(headers, info);
        headers.add(
                new HttpField(HttpHeader.LAST_MODIFIED, exchange.front().dates().format(info.lastModified())));
        putExpiry(headers, info.expiresAt());
        ObjectAttributes attributes = info.attributes();
        if (withContent) {
            headers.add(Headers.ACCEPT_RANGES);
            headers.add(contentType(attributes.contentType()));
        }
        for (Map.Entry<String, String> kept : attributes.headers().entrySet()) {
            boolean inside = ObjectAttributes.isInside(kept.getKey());
            if (!inside && (withContent || kept.getKey().equals("cache-control"))) {
                headers.add(new HttpField(kept.getKey(), raw(kept.getValue())));
            }
        }
        for (Map.Entry<String, String> meta : attributes.metadata().entrySet()) {
            headers.add(new HttpField(Headers.META_PREFIX + meta.getKey(), raw(meta.getValue())));
        }
    }

    /** Puts entity tag and version, and the digest unless the object was appended to. */
    static void putVersion(HttpFields.Mutable headers, ObjectInfo info) {
        if (info.attributes().etagEnd().isEmpty()) {
            putVersion(headers, info.version(), info.sha256());
        } else {
            putVersion(headers, info.version(), info.etag());
        }
    }

    /** Puts entity tag, version and digest, as after a write. */
    static void putVersion(HttpFields.Mutable headers, long version, Sha256 sha256) {
        String hex = sha256.hex();
        putVersion(headers, version, hex);
        headers.add(new HttpField(Headers.SHA256, hex));
    }

    /** Puts entity tag and version of an object that was appended to: nobody has the digest of all its content. */
    static void putVersion(HttpFields.Mutable headers, long version, String etag) {
        headers.add(new HttpField(HttpHeader.ETAG, '"' + etag + '"'));
        headers.add(new HttpField(Headers.VERSION, Long.toString(version)));
    }

    /** Puts when the object ends, if it does. */
    static void putExpiry(HttpFields.Mutable headers, Optional<Instant> expiresAt) {
        expiresAt.ifPresent(time -> headers.add(new HttpField(Headers.EXPIRES, Json.time(time))));
    }

    private static HttpField contentType(String value) {
        return value.equals(ObjectAttributes.DEFAULT_CONTENT_TYPE)
                ? Headers.OCTETS
                : new HttpField(HttpHeader.CONTENT_TYPE, raw(value));
    }

    /** The value of {@code Content-Range}. */
    static String contentRange(Piece piece, long sizeBytes) {
        return "bytes " + piece.offset() + "-" + piece.last() + "/" + sizeBytes;
    }

    /** Text as HTTP's bytes, one character each. */
    static String raw(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 127) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return text;
    }

    /**
     * What a write says of its object.
     *
     * @throws RequestException {@code bad-parameter} for names, values and sizes out of bounds
     */
    static ObjectAttributes read(HttpFields headers, long metadataMaxBytes) {
        String contentType = ObjectAttributes.DEFAULT_CONTENT_TYPE;
        Map<String, String> kept = Map.of();
        Map<String, String> metadata = Map.of();
        long metadataBytes = 0;
        for (HttpField field : headers) {
            HttpHeader header = field.getHeader();
            if (header == HttpHeader.CONTENT_TYPE) {
                contentType = contentType(field);
            } else if (header != null && isKept(header)) {
                kept = kept.isEmpty() ? new TreeMap<>() : kept;
                kept.merge(field.getLowerCaseName(), text(field), (one, two) -> one + ", " + two);
            } else if (header == null && isMetadata(field.getName())) {
                metadata = metadata.isEmpty() ? new TreeMap<>() : metadata;
                String name = metadataName(field.getName());
                String value = text(field);
                metadataBytes += name.length() + value.getBytes(StandardCharsets.UTF_8).length;
                if (metadata.put(name, value) != null) {
                    throw Exchange.badHeader("A metadata name may come only once.", field.getName(), value);
                }
            }
        }
        if (metadataBytes > metadataMaxBytes) {
            throw new RequestException(
                            ErrorCode.BAD_PARAMETER, "User metadata, names and values together, takes too many bytes.")
                    .with("bytes", metadataBytes)
                    .with("maxBytes", metadataMaxBytes);
        }
        if (metadata.isEmpty() && kept.isEmpty() && contentType.equals(ObjectAttributes.DEFAULT_CONTENT_TYPE)) {
            return ObjectAttributes.NONE;
        }
        return new ObjectAttributes(contentType, kept, metadata);
    }

    private static boolean isKept(HttpHeader header) {
        return header == HttpHeader.CONTENT_ENCODING
                || header == HttpHeader.CONTENT_LANGUAGE
                || header == HttpHeader.CACHE_CONTROL
                || header == HttpHeader.CONTENT_DISPOSITION;
    }

    private static boolean isMetadata(String name) {
        return name.regionMatches(true, 0, Headers.META_PREFIX, 0, Headers.META_PREFIX.length());
    }

    private static String contentType(HttpField field) {
        String value = text(field).strip();
        if (value.isEmpty() || value.length() > CONTENT_TYPE_LENGTH_MAX) {
            throw Exchange.badHeader("A content type has 1 to 255 characters.", "Content-Type", value);
        }
        return value;
    }

    private static String metadataName(String header) {
        String name = header.substring(Headers.META_PREFIX.length()).toLowerCase(Locale.ROOT);
        boolean good = !name.isEmpty() && name.length() <= META_NAME_LENGTH_MAX;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            good &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw Exchange.badHeader("A metadata name has 1 to 64 of a-z 0-9 _ . -", header, "");
        }
        return name;
    }

    private static String text(HttpField field) {
        String value = field.getValue();
        if (value == null) {
            return "";
        }
        boolean ascii = true;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 32 || c == 127) {
                throw Exchange.badHeader(
                        "A header that is kept must not hold control characters.", field.getName(), "");
            }
            ascii &= c < 127;
        }
        if (ascii) {
            return value;
        }
        try {
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                throw Exchange.badHeader(
                        "A header that is kept must not hold control characters.", field.getName(), "");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw Exchange.badHeader("A header that is kept must be UTF-8.", field.getName(), "");
        }
    }
}
