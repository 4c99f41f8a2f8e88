package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.model.BucketSettings;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.Compression;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket's settings as JSON. What this version does not do is refused by name: a setting that is accepted is kept.
 * Pure functions.
 */
final class SettingsJson {
    private static final long VERSIONS_MAX = 1_000_000;
    private static final long TTL_SECONDS_MAX = 3_155_760_000L;

    private SettingsJson() {}

    static void write(JsonGenerator json, BucketSettings settings) throws IOException {
        json.writeStartObject();
        json.writeStringField("versioning", settings.versioning() ? "on" : "off");
        writeNumber(
                json,
                "maxVersions",
                settings.maxVersions().map(Integer::longValue).orElse(-1L));
        json.writeStringField("compression", settings.compression());
        json.writeBooleanField("deduplicate", settings.deduplicate());
        json.writeBooleanField("encrypt", settings.encrypt());
        writeNumber(json, "ttl", settings.ttl().map(ttl -> ttl.toSeconds()).orElse(-1L));
        json.writeStringField("durability", settings.durability().name().toLowerCase(Locale.ROOT));
        writeNumber(json, "quotaBytes", settings.quotaBytes().orElse(-1L));
        writeNumber(json, "quotaObjects", settings.quotaObjects().orElse(-1L));
        json.writeBooleanField("readOnly", settings.readOnly());
        if (!settings.cors().isEmpty()) {
            json.writeFieldName("cors");
            CorsJson.write(json, settings.cors());
        }
        json.writeEndObject();
    }

    private static void writeNumber(JsonGenerator json, String name, long value) throws IOException {
        if (value < 0) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    /**
     * Settings after a JSON merge patch (RFC 7396): what is named changes, {@code null} goes back to the default.
     *
     * @throws RequestException {@code bad-parameter} for unknown names, values out of range, and what this version
     *     lacks
     */
    static BucketSettings patch(BucketSettings before, JsonNode patch, Durability defaultDurability) {
        if (!patch.isObject()) {
            throw bad("The body must be a JSON object of settings.", "body");
        }
        BucketSettings settings = before;
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            settings = patchOne(settings, field.getKey(), field.getValue(), defaultDurability);
        }
        return settings;
    }

    private static BucketSettings patchOne(BucketSettings before, String name, JsonNode value, Durability durability) {
        BucketSettings.Builder draft = before.toBuilder();
        switch (name) {
            case "durability" -> draft.durability(durability(value, durability));
            case "compression" -> draft.compression(compression(value));
            case "readOnly" -> draft.readOnly(flag(name, value));
            case "versioning" -> draft.versioning(versioning(value));
            case "maxVersions" ->
                draft.maxVersions(number(name, value, VERSIONS_MAX).map(Math::toIntExact));
            case "ttl" -> draft.ttl(number(name, value, TTL_SECONDS_MAX).map(Duration::ofSeconds));
            case "encrypt" -> draft.encrypt(flag(name, value));
            case "deduplicate" -> draft.deduplicate(flag(name, value));
            case "quotaBytes" -> draft.quotaBytes(number(name, value, Long.MAX_VALUE));
            case "quotaObjects" -> draft.quotaObjects(number(name, value, Long.MAX_VALUE));
            case "cors" -> draft.cors(CorsJson.rules(value));
            default -> throw bad("A bucket has no such setting.", name);
        }
        return draft.build();
    }

    private static boolean versioning(JsonNode value) {
        return switch (value.isNull() ? "off" : value.asText()) {
            case "on" -> true;
            case "off" -> false;
            default -> throw bad("Versioning is on or off.", "versioning").with("value", value.asText());
        };
    }

    private static Optional<Long> number(String name, JsonNode value, long max) {
        if (value.isNull()) {
            return Optional.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 1 || value.asLong() > max) {
            throw bad("This setting is null or a whole number within its bounds.", name)
                    .with("value", value.asText())
                    .with("min", 1)
                    .with("max", max);
        }
        return Optional.of(value.asLong());
    }

    private static Durability durability(JsonNode value, Durability whenNull) {
        if (value.isNull()) {
            return whenNull;
        }
        return switch (value.asText()) {
            case "disk" -> Durability.DISK;
            case "memory" -> Durability.MEMORY;
            default -> throw bad("Durability is disk or memory.", "durability").with("value", value.asText());
        };
    }

    private static String compression(JsonNode value) {
        String text = value.isNull() ? "auto" : value.asText();
        if (Compression.parse(text).isEmpty()) {
            throw bad("Compression is auto, none, zstd, zstd:1 to zstd:22, or zlib.", "compression")
                    .with("value", text);
        }
        return text;
    }

    private static boolean flag(String name, JsonNode value) {
        if (!value.isBoolean() && !value.isNull()) {
            throw bad("This setting is true or false.", name).with("value", value.asText());
        }
        return value.asBoolean();
    }

    private static RequestException bad(String sentence, String name) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("parameter", name);
    }
}
