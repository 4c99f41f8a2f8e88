package dev.hayloft.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is kept beside an object's bytes.
 *
 * @param contentType the media type, never empty
 * @param headers kept content headers by lower-case name, of {@link #KEPT_HEADERS} only
 * @param metadata user metadata by lower-case name, sorted
 */
public record ObjectAttributes(
        String contentType, SortedMap<String, String> headers, SortedMap<String, String> metadata) {
    public static final String DEFAULT_CONTENT_TYPE = "application/octet-stream";

    /** Not a header of HTTP and never answered as one: how the CIAOS API cuts the content into blobs. */
    public static final String CIAOS_BLOBS = "ciaos-blobs";

    /** Content headers that are stored and answered as they came, and last {@link #CIAOS_BLOBS}, which stays inside. */
    public static final java.util.List<String> KEPT_HEADERS = java.util.List.of(
            "content-encoding", "content-disposition", "content-language", "cache-control", CIAOS_BLOBS);

    /** Octets without any header. */
    public static final ObjectAttributes NONE = new ObjectAttributes(DEFAULT_CONTENT_TYPE, Map.of(), Map.of());

    public ObjectAttributes {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    public ObjectAttributes(String contentType, Map<String, String> headers, Map<String, String> metadata) {
        this(contentType, new TreeMap<>(headers), new TreeMap<>(metadata));
    }
}
