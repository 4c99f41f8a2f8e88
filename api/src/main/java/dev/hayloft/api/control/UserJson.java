package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.identity.Access;
import dev.hayloft.api.identity.Grant;
import dev.hayloft.api.identity.KeyPair;
import dev.hayloft.api.identity.User;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Users, grants and keys as JSON. Pure functions. */
final class UserJson {
    private UserJson() {}

    static void write(JsonGenerator json, User user) throws IOException {
        json.writeStartObject();
        writeFields(json, user);
        json.writeEndObject();
    }

    /** A user with the key just made. */
    static void write(JsonGenerator json, User user, KeyPair pair) throws IOException {
        json.writeStartObject();
        writeFields(json, user);
        json.writeStringField("accessKey", pair.accessKey());
        json.writeStringField("secretKey", pair.secretKey());
        json.writeEndObject();
    }

    private static void writeFields(JsonGenerator json, User user) throws IOException {
        json.writeStringField("name", user.name());
        json.writeStringField("createdAt", Json.time(user.createdAt()));
        json.writeArrayFieldStart("grants");
        for (Grant grant : user.grants()) {
            json.writeStartObject();
            json.writeStringField("bucket", grant.bucket());
            json.writeArrayFieldStart("access");
            for (Access access : grant.access()) {
                json.writeString(access.wireName());
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("keys");
        for (User.Key key : user.keys()) {
            json.writeStartObject();
            json.writeStringField("accessKey", key.accessKey());
            json.writeStringField("createdAt", Json.time(key.createdAt()));
            json.writeStringField("lastUsedAt", key.lastUsedAt().map(Json::time).orElse(null));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    static void writeToken(JsonGenerator json, String token, Instant expiresAt) throws IOException {
        json.writeStartObject();
        json.writeStringField("token", token);
        json.writeStringField("expiresAt", Json.time(expiresAt));
        json.writeEndObject();
    }

    /**
     * Makes sure that a document is an object of these fields.
     *
     * @throws RequestException {@code bad-parameter}
     */
    static void only(JsonNode document, Set<String> fields) {
        if (!document.isObject()) {
            throw bad("The body must be a JSON object.", "body");
        }
        for (Map.Entry<String, JsonNode> field : document.properties()) {
            if (!fields.contains(field.getKey())) {
                throw bad("This call knows no such field.", field.getKey());
            }
        }
    }

    /** A user's name, which must be there. */
    static String name(JsonNode document) {
        return text(document, "name", "A user's name is text.");
    }

    /** The grants; none when they are absent or null. */
    static List<Grant> grants(JsonNode document) {
        JsonNode grants = document.path("grants");
        if (grants.isMissingNode() || grants.isNull()) {
            return List.of();
        }
        require(grants, JsonNode::isArray, "Grants are a list of objects with bucket and access.", "grants");
        List<Grant> all = new ArrayList<>();
        for (JsonNode grant : grants) {
            only(grant, Set.of("bucket", "access"));
            JsonNode access = grant.path("access");
            require(access, JsonNode::isArray, "A grant's access is a list of read, write, admin.", "access");
            Set<Access> words = EnumSet.noneOf(Access.class);
            for (JsonNode word : access) {
                words.add(Access.find(word.isTextual() ? word.asText() : "")
                        .orElseThrow(() -> bad("A grant's access is a list of read, write, admin.", "access")
                                .with("value", word.asText())));
            }
            all.add(new Grant(text(grant, "bucket", "A grant's bucket is text."), words));
        }
        return all;
    }

    static String text(JsonNode document, String name, String sentence) {
        JsonNode value = document.path(name);
        require(value, JsonNode::isTextual, sentence, name);
        return value.asText();
    }

    private static void require(JsonNode value, Predicate<JsonNode> is, String sentence, String name) {
        if (!is.test(value)) {
            throw bad(sentence, name);
        }
    }

    /** A whole number within bounds; absent and null are the default. */
    static int integer(JsonNode document, String name, int min, int max, int whenAbsent) {
        JsonNode value = document.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return whenAbsent;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < min || value.asInt() > max) {
            throw bad("This field must be a whole number within its bounds.", name)
                    .with("min", min)
                    .with("max", max);
        }
        return value.asInt();
    }

    static RequestException bad(String sentence, String name) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", name);
    }
}
