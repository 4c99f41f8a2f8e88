package dev.hayloft.model;

import dev.hayloft.model.error.Check;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What pages of other origins may do with a bucket in a browser (cross-origin resource sharing, as the Fetch standard
 * of WHATWG has it). Of a bucket's rules the first that allows a request counts.
 *
 * @param origins {@code *}, or origins such as {@code https://app.example}, each with at most one {@code *} in it
 * @param methods methods as HTTP writes them
 * @param headers request headers that a page may send, in lower case, each with at most one {@code *} in it
 * @param exposed headers of the answer that a page may read
 * @param credentials whether the browser may send what it has stored for this server
 * @param maxAgeSeconds how long a browser may remember the answer
 */
public record CorsRule(
        List<String> origins,
        List<String> methods,
        List<String> headers,
        List<String> exposed,
        boolean credentials,
        Optional<Integer> maxAgeSeconds) {

    /** Stands for everything, alone or within a name. */
    public static final String ANY = "*";

    public CorsRule {
        Check.argument(!origins.isEmpty() && !methods.isEmpty(), "a rule names origins and methods");
        origins = List.copyOf(origins);
        methods = List.copyOf(methods);
        headers = List.copyOf(headers);
        exposed = List.copyOf(exposed);
    }

    /** Whether a page of this origin may send this method. */
    public boolean allows(String origin, String method) {
        return methods.contains(method) && origins.stream().anyMatch(pattern -> matches(pattern, origin));
    }

    /** Whether a page may send this request header. */
    public boolean allowsHeader(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return headers.stream().anyMatch(pattern -> matches(pattern, lower));
    }

    /** Whether every origin may. */
    public boolean anyOrigin() {
        return origins.contains(ANY);
    }

    private static boolean matches(String pattern, String text) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            return pattern.equals(text);
        }
        return text.length() >= pattern.length() - 1
                && text.startsWith(pattern.substring(0, star))
                && text.endsWith(pattern.substring(star + 1));
    }
}
