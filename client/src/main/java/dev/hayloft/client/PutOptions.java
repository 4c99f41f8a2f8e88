package dev.hayloft.client;

import dev.hayloft.model.Durability;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * What goes with an object, and under which condition it is stored.
 *
 * @param headers request headers by name, for example {@code Content-Type}, {@code If-None-Match}
 * @param metadata user metadata by name
 * @param progress told the bytes that went out, by the calling thread
 */
public record PutOptions(Map<String, String> headers, SortedMap<String, String> metadata, LongConsumer progress) {
    private static final PutOptions NONE = new PutOptions(Map.of(), new TreeMap<>(), bytes -> {});

    public PutOptions {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** Octets, unconditionally, with the bucket's durability. */
    public static PutOptions none() {
        return NONE;
    }

    public PutOptions withContentType(String mediaType) {
        return withHeader("Content-Type", mediaType);
    }

    public PutOptions withDurability(Durability durability) {
        return withHeader("X-Hayloft-Durability", durability.name().toLowerCase(java.util.Locale.ROOT));
    }

    /** The object goes away that long after it was stored; whole seconds. */
    public PutOptions withTtl(Duration life) {
        return withHeader("X-Hayloft-Ttl", Long.toString(life.toSeconds()));
    }

    /** Only where the key is absent. */
    public PutOptions ifAbsent() {
        return withHeader("If-None-Match", "*");
    }

    /** Only over this ETag, quotes included. */
    public PutOptions ifMatch(String etag) {
        return withHeader("If-Match", etag);
    }

    /** Only over this version; "0": only where the key is absent. */
    public PutOptions ifVersion(String version) {
        return withHeader("X-Hayloft-If-Version", version);
    }

    /** Only behind so many bytes; for appends. */
    public PutOptions atOffset(long offset) {
        return withHeader("X-Hayloft-Offset", Long.toString(offset));
    }

    public PutOptions withHeader(String name, String value) {
        Map<String, String> copy = new LinkedHashMap<>(headers);
        copy.put(name, value);
        return new PutOptions(copy, metadata, progress);
    }

    public PutOptions withMetadata(String name, String value) {
        SortedMap<String, String> copy = new TreeMap<>(metadata);
        copy.put(name, value);
        return new PutOptions(headers, copy, progress);
    }

    public PutOptions withProgress(LongConsumer bytesSent) {
        return new PutOptions(headers, metadata, bytesSent);
    }

    Map<String, String> allHeaders() {
        Map<String, String> all = new LinkedHashMap<>(headers);
        metadata.forEach((name, value) -> all.put("X-Hayloft-Meta-" + name, value));
        return all;
    }
}
