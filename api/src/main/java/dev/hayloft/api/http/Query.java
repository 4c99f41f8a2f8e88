package dev.hayloft.api.http;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, each at most once; {@code +} is a space, as forms write it. */
public final class Query {
    private static final Query NONE = new Query(Map.of());

    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Parses a raw query.
     *
     * @throws RequestException {@code bad-parameter} for broken encoding and for a name that comes twice
     */
    public static Query parse(@Nullable String raw) {
        if (raw == null || raw.isEmpty()) {
            return NONE;
        }
        Map<String, String> values = new LinkedHashMap<>();
        int from = 0;
        while (from <= raw.length()) {
            int to = raw.indexOf('&', from);
            to = to < 0 ? raw.length() : to;
            if (to > from) {
                int equals = raw.indexOf('=', from);
                boolean bare = equals < 0 || equals > to;
                String name = decode(raw, from, bare ? to : equals);
                String value = bare ? "" : decode(raw, equals + 1, to);
                if (values.put(name, value) != null) {
                    throw bad("A query parameter may come only once.", name);
                }
            }
            from = to + 1;
        }
        return new Query(values);
    }

    private static String decode(String raw, int from, int to) {
        String spaced = raw.substring(from, to).replace('+', ' ');
        try {
            ByteBuffer bytes = PercentCoding.decode(spaced, 0, spaced.length());
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw bad("A query must be percent-encoded UTF-8.", raw.substring(from, to));
        }
    }

    /**
     * Makes sure that nothing else is named.
     *
     * @throws RequestException {@code bad-parameter} naming what is unknown here
     */
    public Query only(Set<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw bad("This call of this version has no such query parameter.", name);
            }
        }
        return this;
    }

    /** The same without these. */
    public Query without(Set<String> names) {
        Map<String, String> rest = new LinkedHashMap<>(values);
        rest.keySet().removeAll(names);
        return new Query(rest);
    }

    /** Which parameters there are. */
    public Set<String> names() {
        return values.keySet();
    }

    /** A parameter's text. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Whether a parameter is {@code true}; absent is false. */
    public boolean flag(String name) {
        String value = values.getOrDefault(name, "false");
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw bad("This query parameter must be true or false.", name).with("value", value);
        };
    }

    /** A whole number within bounds. */
    public int integer(String name, int min, int max, int whenAbsent) {
        String value = values.get(name);
        if (value == null) {
            return whenAbsent;
        }
        boolean digits = !value.isEmpty() && value.length() <= 9;
        for (int i = 0; i < value.length(); i++) {
            digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        int number = digits ? Integer.parseInt(value) : -1;
        if (!digits || number < min || number > max) {
            throw bad("This query parameter must be a whole number within its bounds.", name)
                    .with("value", value)
                    .with("min", min)
                    .with("max", max);
        }
        return number;
    }

    /** Whether a parameter is named, with no value or with {@code true}. */
    public boolean isNamed(String name) {
        return values.containsKey(name) && (values.get(name).isEmpty() || flag(name));
    }

    /** A version's number. */
    public OptionalLong version(String name) {
        String value = values.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean digits = !value.isEmpty() && value.length() <= 19;
        for (int i = 0; i < value.length(); i++) {
            digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (!digits || (value.length() == 19 && value.compareTo("9223372036854775807") > 0)) {
            throw bad("A version is a decimal number.", name).with("value", value);
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    private static RequestException bad(String sentence, String name) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", name);
    }
}
