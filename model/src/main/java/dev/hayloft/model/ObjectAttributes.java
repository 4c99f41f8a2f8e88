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

    /** Nor is this: the key that the object had before it was renamed, for the feed. */
    public static final String RENAMED_FROM = "renamed-from";

    /**
     * Content headers that are stored and answered as they came, and last {@link #CIAOS_BLOBS}, {@link #APPENDED_PARTS}
     * and {@link #RENAMED_FROM}, which stay inside.
     */
    public static final java.util.List<String> KEPT_HEADERS = java.util.List.of(
            "content-encoding",
            "content-disposition",
            "content-language",
            "cache-control",
            CIAOS_BLOBS,
            APPENDED_PARTS,
            RENAMED_FROM);

    /** Octets without any header. */
    public static final ObjectAttributes NONE = new ObjectAttributes(DEFAULT_CONTENT_TYPE, Map.of(), Map.of());

    public ObjectAttributes {
        headers = Collections.unmodifiableSortedMap(sorted(headers));
        metadata = Collections.unmodifiableSortedMap(sorted(metadata));
    }

    private static SortedMap<String, String> sorted(Map<String, String> map) {
        return map.isEmpty() ? Collections.emptySortedMap() : new TreeMap<>(map); // Most objects have none.
    }

    /** Whether a kept header is Hayloft's own and never answered. */
    public static boolean isInside(String header) {
        return header.equals(CIAOS_BLOBS) || header.equals(APPENDED_PARTS) || header.equals(RENAMED_FROM);
    }

    /** What the entity tag of an object with these attributes has behind its digest. */
    public String etagEnd() {
        String parts = headers.get(APPENDED_PARTS);
        return parts == null ? "" : "-" + parts;
    }

    public ObjectAttributes(String contentType, Map<String, String> headers, Map<String, String> metadata) {
        this(contentType, sorted(headers), sorted(metadata));
    }

    /** The same of an object that was renamed from this key last. */
    public ObjectAttributes renamedFrom(String key) {
        TreeMap<String, String> all = new TreeMap<>(headers);
        all.put(RENAMED_FROM, key);
        return new ObjectAttributes(contentType, all, metadata);
    }

    /** The same of an object that has this key from the beginning. */
    public ObjectAttributes unrenamed() {
        if (!headers.containsKey(RENAMED_FROM)) {
            return this;
        }
        TreeMap<String, String> all = new TreeMap<>(headers);
        all.remove(RENAMED_FROM);
        return new ObjectAttributes(contentType, all, metadata);
    }
}
