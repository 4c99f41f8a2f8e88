package dev.hayloft.client;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.Optional;
import java.util.Set;

/**
 * A job of the server.
 *
 * @param json the contract's shape
 */
public record Job(JsonObject json) {
    private static final Set<String> FINAL_STATES = Set.of("done", "failed", "cancelled");

    public String id() {
        return json.text("id");
    }

    public String kind() {
        return json.text("kind");
    }

    public String state() {
        return json.text("state");
    }

    /** How much is done, 0 to 1. */
    public double progress() {
        return json.find("progress").map(JsonValue::asDouble).orElse(0.0);
    }

    public boolean isFinished() {
        return FINAL_STATES.contains(state());
    }

    /** Why it failed, in words. */
    public Optional<String> error() {
        return json.find("error").map(error -> error instanceof JsonValue.Text text ? text.value() : error.toString());
    }
}
