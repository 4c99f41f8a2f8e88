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

    /** Not a header of HTTP either: of how many parts an object is that was appended to. Ends its entity tag. */
    public static final String APPENDED_PARTS = "appended-parts";

    /**
     * Content headers that are stored and answered as they came, and last {@link #CIAOS_BLOBS} and
     * {@link #APPENDED_PARTS}, which stay inside.
     */
    public static final java.util.List<String> KEPT_HEADERS = java.util.List.of(
            "content-encoding",
            "content-disposition",
            "content-language",
            "cache-control",
            CIAOS_BLOBS,
            APPENDED_PARTS);

    /** Octets without any header. */
    public static final ObjectAttributes NONE = new ObjectAttributes(DEFAULT_CONTENT_TYPE, Map.of(), Map.of());

    public ObjectAttributes {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
        metadata = Collections.unmodifiableSortedMap(new TreeMap<>(metadata));
    }

    /** Whether a kept header is Hayloft's own and never answered. */
    public static boolean isInside(String header) {
        return header.equals(CIAOS_BLOBS) || header.equals(APPENDED_PARTS);
    }

    /** What the entity tag of an object with these attributes has behind its digest. */
    public String etagEnd() {
        String parts = headers.get(APPENDED_PARTS);
        return parts == null ? "" : "-" + parts;
    }

    public ObjectAttributes(String contentType, Map<String, String> headers, Map<String, String> metadata) {
        this(contentType, new TreeMap<>(headers), new TreeMap<>(metadata));
    }
}
