package dev.hayloft.client;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * One mutation of a bucket as the server tells it. Its accessors throw {@link dev.hayloft.client.json.JsonException} if
 * the server left a field out.
 *
 * @param json the contract's shape, with whatever a newer server adds
 */
public record Change(JsonObject json) {
    /** What to go on after. */
    public String cursor() {
        return json.text("cursor");
    }

    /** {@code put}, {@code append}, {@code patch}, {@code delete}, {@code expire} or {@code purge}. */
    public String op() {
        return json.text("op");
    }

    public String key() {
        return json.text("key");
    }

    public String version() {
        return json.text("version");
    }

    public Instant time() {
        return Instant.parse(json.text("time"));
    }

    /** Of what is there now; deletes have none. */
    public OptionalLong sizeBytes() {
        return json.find("size").map(JsonValue::asLong).map(OptionalLong::of).orElse(OptionalLong.empty());
    }
}
