package dev.hayloft.api.ciaos;

import dev.hayloft.api.http.PercentCoding;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A call of the CIAOS API.
 *
 * @param call which one
 * @param key the value's name, still percent-encoded
 * @param second the new name of {@link Call#UPDATE_KEY}, still percent-encoded, else empty
 */
record CiaosRoute(Call call, String key, String second) {
    /** The calls. */
    enum Call {
        PUT("POST", "/put/"),
        GET("GET", "/get/"),
        UPDATE("POST", "/update/"),
        APPEND("POST", "/append/"),
        UPDATE_KEY("PUT", "/update_key/"),
        DELETE("DELETE", "/delete/");

        private final String method;
        private final String path;

        Call(String method, String path) {
            this.method = method;
            this.path = path;
        }
    }

    /** The call that a method and a raw path name; a name is exactly one segment that is not empty. */
    static Optional<CiaosRoute> find(String method, String path) {
        for (Call call : Call.values()) {
            if (path.startsWith(call.path) && method.equals(call.method)) {
                String rest = path.substring(call.path.length());
                int slash = rest.indexOf('/');
                boolean two = call == Call.UPDATE_KEY;
                String first = two && slash >= 0 ? rest.substring(0, slash) : rest;
                String second = two && slash >= 0 ? rest.substring(slash + 1) : "";
                boolean good = !first.isEmpty() && first.indexOf('/') < 0 && second.indexOf('/') < 0;
                return good && two == !second.isEmpty()
                        ? Optional.of(new CiaosRoute(call, first, second))
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** A name, decoded. */
    static String decoded(String segment) {
        try {
            ByteBuffer bytes = PercentCoding.decode(segment, 0, segment.length());
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw CiaosRefusal.text(400, "Invalid URL: Invalid UTF-8 in `key`").closing();
        }
    }
}
