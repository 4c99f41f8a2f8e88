package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.model.CorsRule;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** A bucket's rules for pages of other origins, as JSON. Pure functions. */
final class CorsJson {
    static final int RULES_MAX = 16;
    static final int NAMES_MAX = 32;
    private static final int MAX_AGE_SECONDS_MAX = 86_400;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE");
    private static final Pattern ORIGIN =
            Pattern.compile("\\*|null|[a-z][a-z0-9+.-]{0,31}://[a-zA-Z0-9.*\\[\\]:_-]{1,200}");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}");

    /** Patterns that name no origin in truth; with credentials they would let every page in as its visitor. */
    private static final Pattern NOBODY = Pattern.compile("\\*|null|[a-z][a-z0-9+.-]*://\\*(:[0-9]*)?");

    private CorsJson() {}

    static void write(JsonGenerator json, List<CorsRule> rules) throws IOException {
        json.writeStartArray();
        for (CorsRule rule : rules) {
            json.writeStartObject();
            writeNames(json, "origins", rule.origins());
            writeNames(json, "methods", rule.methods());
            writeNames(json, "headers", rule.headers());
            writeNames(json, "expose", rule.exposed());
            json.writeBooleanField("credentials", rule.credentials());
            if (rule.maxAgeSeconds().isPresent()) {
                json.writeNumberField("maxAge", rule.maxAgeSeconds().get());
            } else {
                json.writeNullField("maxAge");
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeNames(JsonGenerator json, String field, List<String> names) throws IOException {
        json.writeArrayFieldStart(field);
        for (String name : names) {
            json.writeString(name);
        }
        json.writeEndArray();
    }

    /**
     * The rules that a setting names.
     *
     * @throws RequestException {@code bad-parameter}, naming what is wrong with which rule
     */
    static List<CorsRule> rules(JsonNode value) {
        if (value.isNull()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > RULES_MAX) {
            throw bad("This setting is null or a list of at most 16 rules.", "cors");
        }
        List<CorsRule> rules = new ArrayList<>();
        for (JsonNode rule : value) {
            rules.add(rule(rule, "cors[" + rules.size() + "]"));
        }
        return rules;
    }

    private static CorsRule rule(JsonNode rule, String where) {
        if (!rule.isObject()) {
            throw bad("A rule is an object with origins and methods.", where);
        }
        for (Map.Entry<String, JsonNode> field : rule.properties()) {
            if (!Set.of("origins", "methods", "headers", "expose", "credentials", "maxAge")
                    .contains(field.getKey())) {
                throw bad("A rule has origins, methods, headers, expose, credentials and maxAge.", where)
                        .with("field", field.getKey());
            }
        }
        List<String> origins = names(rule, "origins", where);
        List<String> methods = names(rule, "methods", where);
        if (origins.isEmpty() || methods.isEmpty()) {
            throw bad("A rule names at least one origin and one method.", where);
        }
        boolean credentials = credentials(rule.path("credentials"), where);
        for (String origin : origins) {
            check(oneStar(origin) && ORIGIN.matcher(origin).matches(), "origins", origin, where);
            if (credentials && NOBODY.matcher(origin).matches()) {
                throw bad("With credentials a rule names its origins: every page would act as its visitor.", where)
                        .with("value", origin);
            }
        }
        methods.forEach(method -> check(METHODS.contains(method), "methods", method, where));
        List<String> headers = headers(rule, "headers", where);
        List<String> exposed = headers(rule, "expose", where);
        return new CorsRule(
                origins,
                methods,
                headers.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList(),
                exposed,
                credentials,
                maxAge(rule.path("maxAge"), where));
    }

    private static List<String> headers(JsonNode rule, String field, String where) {
        List<String> names = names(rule, field, where);
        names.forEach(name -> check(oneStar(name) && HEADER.matcher(name).matches(), field, name, where));
        return names;
    }

    private static boolean oneStar(String name) {
        return name.indexOf('*') == name.lastIndexOf('*');
    }

    private static List<String> names(JsonNode rule, String field, String where) {
        JsonNode value = rule.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > NAMES_MAX) {
            throw bad("This part of a rule is a list of at most 32 names.", where)
                    .with("field", field);
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : value) {
            check(name.isTextual(), field, name.toString(), where);
            names.add(name.asText());
        }
        return names;
    }

    private static boolean credentials(JsonNode value, String where) {
        boolean known = value.isMissingNode() || value.isNull() || value.isBoolean();
        check(known, "credentials", value.toString(), where);
        return value.asBoolean();
    }

    private static Optional<Integer> maxAge(JsonNode value, String where) {
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        boolean known = value.isInt() && value.asInt() >= 0 && value.asInt() <= MAX_AGE_SECONDS_MAX;
        check(known, "maxAge", value.toString(), where);
        return Optional.of(value.asInt());
    }

    private static void check(boolean holds, String field, String value, String where) {
        if (!holds) {
            throw bad("A rule for other origins has a value that it cannot take.", where)
                    .with("field", field)
                    .with("value", value.length() > 200 ? value.substring(0, 200) + "…" : value);
        }
    }

    private static RequestException bad(String sentence, String where) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", where);
    }
}
