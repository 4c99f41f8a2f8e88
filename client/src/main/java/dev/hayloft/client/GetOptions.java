package dev.hayloft.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What to read.
 *
 * @param range a stretch; empty: the whole object
 * @param ifMatch only with this ETag, quotes included; empty: any
 * @param number of the version; empty: the newest
 */
public record GetOptions(Optional<ByteRange> range, Optional<String> ifMatch, Optional<String> number) {
    /** The whole object. */
    public static GetOptions whole() {
        return new GetOptions(Optional.empty(), Optional.empty(), Optional.empty());
    }

    public static GetOptions range(ByteRange stretch) {
        return new GetOptions(Optional.of(stretch), Optional.empty(), Optional.empty());
    }

    /** The whole of one version. */
    public static GetOptions version(String number) {
        return new GetOptions(Optional.empty(), Optional.empty(), Optional.of(number));
    }

    Map<String, String> parameters() {
        return number.<Map<String, String>>map(version -> Map.of("version", version))
                .orElse(Map.of());
    }

    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        range.ifPresent(stretch -> headers.put("Range", stretch.header()));
        ifMatch.ifPresent(etag -> headers.put("If-Match", etag));
        return headers;
    }
}
