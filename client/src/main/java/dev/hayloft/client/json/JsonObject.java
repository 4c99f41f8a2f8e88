package dev.hayloft.client.json;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object; members keep their order.
 *
 * @param members by name
 */
public record JsonObject(Map<String, JsonValue> members) implements JsonValue {
    /** An object without members. */
    public static final JsonObject EMPTY = new JsonObject(Map.of());

    public JsonObject {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** An object of names and values in turn: for short literals in code. */
    public static JsonObject of(String name, JsonValue value) {
        return new JsonObject(Map.of(name, value));
    }

    /** A copy with one member more, or another value for it. */
    public JsonObject with(String name, JsonValue value) {
        Map<String, JsonValue> copy = new LinkedHashMap<>(members);
        copy.put(name, value);
        return new JsonObject(copy);
    }

    /** The member; empty when it is absent or {@code null}. */
    public Optional<JsonValue> find(String name) {
        return Optional.ofNullable(members.get(name)).filter(value -> !value.isNull());
    }

    /**
     * The member.
     *
     * @throws JsonException when it is absent or {@code null}
     */
    public JsonValue get(String name) {
        return find(name).orElseThrow(() -> new JsonException("the member \"" + name + "\" is missing"));
    }

    /**
     * The text of a member.
     *
     * @throws JsonException when it is absent or not a string
     */
    public String text(String name) {
        return get(name).asText();
    }

    /**
     * The whole number of a member.
     *
     * @throws JsonException when it is absent or no whole number
     */
    public long number(String name) {
        return get(name).asLong();
    }

    @Override
    public JsonObject asObject() {
        return this;
    }

    @Override
    public String toString() {
        return JsonWriter.text(this);
    }
}
