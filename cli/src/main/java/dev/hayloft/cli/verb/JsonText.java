package dev.hayloft.cli.verb;

import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.stream.Collectors;

/** What a server's documents hold, for people. */
final class JsonText {
    private JsonText() {}

    /** A text as it is, null as a dash, all else as JSON. */
    static String plain(JsonValue value) {
        return value.isNull() ? "-" : value instanceof JsonValue.Text text ? text.value() : value.toString();
    }

    /** A member by its name: sizes get units, and what stands below it is told one after the other. */
    static String figure(String name, JsonValue value) {
        if (value instanceof JsonValue.Numeral number && name.contains("ytes")) {
            return Figures.bytes(Math.round(number.asDouble()));
        }
        if (value instanceof JsonObject group) {
            return group.members().entrySet().stream()
                    .map(each -> each.getKey() + " " + figure(each.getKey(), each.getValue()))
                    .collect(Collectors.joining(", "));
        }
        if (value instanceof JsonArray list && list.values().isEmpty()) {
            return "none";
        }
        return plain(value);
    }
}
