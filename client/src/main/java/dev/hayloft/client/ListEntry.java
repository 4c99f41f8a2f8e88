package dev.hayloft.client;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.time.Instant;
import java.util.Optional;

/** One line of a listing. */
public sealed interface ListEntry {
    /** The key, or the prefix with its delimiter: what the listing is sorted by. */
    String name();

    /**
     * An object.
     *
     * @param json the contract's listing entry
     */
    record ObjectEntry(JsonObject json) implements ListEntry {
        @Override
        public String name() {
            return json.text("key");
        }

        public long sizeBytes() {
            return json.number("size");
        }

        public Optional<String> contentType() {
            return json.find("contentType").map(JsonValue::asText);
        }

        public Instant lastModified() {
            return Instant.parse(json.text("lastModified"));
        }
    }

    /**
     * Keys folded into one line by the delimiter.
     *
     * @param name the common prefix, with the delimiter
     */
    record PrefixEntry(String name) implements ListEntry {}
}
