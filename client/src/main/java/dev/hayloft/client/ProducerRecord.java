package dev.hayloft.client;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A put or a delete on its way through a {@link Producer}.
 *
 * @param key 1 to 1024 bytes of UTF-8
 * @param value read from position to limit when the record is given to the producer; empty: the key is deleted
 * @param metadata user metadata by name
 * @param contentType empty: octets
 */
public record ProducerRecord(
        String key, Optional<ByteBuffer> value, Map<String, String> metadata, Optional<String> contentType) {
    /** Most bytes of key, metadata and value together. */
    public static final int SIZE_MAX = 8 << 20;

    private static final int KEY_SIZE_MAX = 1024;
    private static final byte[] NO_METADATA = new byte[0];

    public ProducerRecord {
        metadata = metadata.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    public static ProducerRecord put(String key, byte[] value) {
        return put(key, ByteBuffer.wrap(value));
    }

    public static ProducerRecord put(String key, ByteBuffer value) {
        return new ProducerRecord(key, Optional.of(value), Map.of(), Optional.empty());
    }

    public static ProducerRecord delete(String key) {
        return new ProducerRecord(key, Optional.empty(), Map.of(), Optional.empty());
    }

    public ProducerRecord withContentType(String mediaType) {
        return new ProducerRecord(key, value, metadata, Optional.of(mediaType));
    }

    public ProducerRecord withMetadata(String name, String text) {
        Map<String, String> copy = new LinkedHashMap<>(metadata);
        copy.put(name, text);
        return new ProducerRecord(key, value, copy, contentType);
    }

    /**
     * The record as {@code application/vnd.hayloft.records} has it.
     *
     * @throws IllegalArgumentException when the key is empty or too long, or the whole too large
     */
    EncodedRecord encoded() {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length > KEY_SIZE_MAX) {
            throw new IllegalArgumentException("a key has 1 to 1024 bytes of UTF-8, not " + name.length);
        }
        byte[] attributes = attributes();
        EncodedRecord.Framed encoded = new EncodedRecord.Framed(name, attributes, value);
        if ((long) name.length + attributes.length + encoded.valueSize() > SIZE_MAX) {
            throw new IllegalArgumentException("a record has at most 8 MiB of key, metadata and value");
        }
        return encoded;
    }

    private byte[] attributes() {
        if (metadata.isEmpty() && contentType.isEmpty()) {
            return NO_METADATA;
        }
        if (value.isEmpty()) {
            throw new IllegalArgumentException("a record that deletes has neither metadata nor a content type");
        }
        Map<String, JsonValue> members = new LinkedHashMap<>();
        contentType.ifPresent(type -> members.put(":contentType", JsonValue.of(type)));
        metadata.forEach((name, text) -> members.put(name, JsonValue.of(text)));
        return new JsonObject(members).toString().getBytes(StandardCharsets.UTF_8);
    }
}
