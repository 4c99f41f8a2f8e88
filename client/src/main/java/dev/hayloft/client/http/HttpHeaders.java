package dev.hayloft.client.http;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The headers of an answer; of a name that came twice the values are joined with a comma.
 *
 * @param values by lower-case name
 */
public record HttpHeaders(SortedMap<String, String> values) {
    public HttpHeaders {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    public Optional<String> find(String name) {
        return Optional.ofNullable(values.get(name.toLowerCase(Locale.ROOT)));
    }

    /** All headers whose names begin so, by the rest of their names. */
    public SortedMap<String, String> startingWith(String prefix) {
        SortedMap<String, String> found = new TreeMap<>();
        for (Map.Entry<String, String> header : values.tailMap(prefix).entrySet()) {
            if (!header.getKey().startsWith(prefix)) {
                break;
            }
            found.put(header.getKey().substring(prefix.length()), header.getValue());
        }
        return found;
    }
}
