package dev.hayloft.client;

import dev.hayloft.client.json.JsonObject;
import java.time.Instant;

/**
 * A bucket as the server describes it. Its accessors throw {@link dev.hayloft.client.json.JsonException} if the server
 * left a field out.
 *
 * @param json the contract's shape, with whatever a newer server adds
 */
public record Bucket(JsonObject json) {
    public String name() {
        return json.text("name");
    }

    public Instant createdAt() {
        return Instant.parse(json.text("createdAt"));
    }

    /** The settings by the contract's names. */
    public JsonObject settings() {
        return json.get("settings").asObject();
    }

    /** Keys that a GET answers. */
    public long objects() {
        return json.number("objects");
    }

    /** Bytes as written. */
    public long logicalBytes() {
        return json.number("logicalBytes");
    }

    /** Bytes that readable versions take after compression. */
    public long storedBytes() {
        return json.number("storedBytes");
    }
}
