package dev.hayloft.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What to read.
 *
 * @param range a stretch; empty: the whole object
 * @param ifMatch only with this ETag, quotes included; empty: any
 */
public record GetOptions(Optional<ByteRange> range, Optional<String> ifMatch) {
    /** The whole object. */
    public static GetOptions whole() {
        return new GetOptions(Optional.empty(), Optional.empty());
    }

    public static GetOptions range(ByteRange stretch) {
        return new GetOptions(Optional.of(stretch), Optional.empty());
    }

    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        range.ifPresent(stretch -> headers.put("Range", stretch.header()));
        ifMatch.ifPresent(etag -> headers.put("If-Match", etag));
        return headers;
    }
}
