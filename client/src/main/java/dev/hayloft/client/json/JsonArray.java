package dev.hayloft.client.json;

import java.util.Iterator;
import java.util.List;

/**
 * A JSON array.
 *
 * @param values in order
 */
public record JsonArray(List<JsonValue> values) implements JsonValue, Iterable<JsonValue> {
    public JsonArray {
        values = List.copyOf(values);
    }

    @Override
    public JsonArray asArray() {
        return this;
    }

    @Override
    public Iterator<JsonValue> iterator() {
        return values.iterator();
    }

    @Override
    public String toString() {
        return JsonWriter.text(this);
    }
}
