package dev.hayloft.api.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.records.RecordAttributes;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A JSON merge patch (RFC 7396) of an object's content type and user metadata. Immutable.
 *
 * @param contentType the new one; empty: stays
 * @param removesAll whether all metadata goes that is not named
 * @param metadata by name in lower case, what it becomes; empty: it goes
 * @param metadataMaxBytes most bytes of names and values together
 */
record AttributesPatch(
        Optional<String> contentType,
        boolean removesAll,
        Map<String, Optional<String>> metadata,
        long metadataMaxBytes) {
    /**
     * Reads a patch.
     *
     * @throws RequestException {@code bad-parameter} for what is no such patch
     */
    static AttributesPatch of(JsonNode patch, long metadataMaxBytes) {
        if (!patch.isObject()) {
            throw bad("The body must be a JSON object with metadata, contentType, or both.", "body");
        }
        Optional<String> contentType = Optional.empty();
        boolean removesAll = false;
        Map<String, Optional<String>> metadata = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "contentType" -> {
                    String text = value.isNull() ? ObjectAttributes.DEFAULT_CONTENT_TYPE : text(value, "contentType");
                    contentType = Optional.of(checkedType(text));
                }
                case "metadata" -> {
                    removesAll = value.isNull();
                    readMetadata(value, metadata);
                }
                default ->
                    throw bad("A patch of an object has metadata and contentType, nothing else.", field.getKey());
            }
        }
        return new AttributesPatch(contentType, removesAll, metadata, metadataMaxBytes);
    }

    private static void readMetadata(JsonNode value, Map<String, Optional<String>> metadata) {
        if (!value.isObject() && !value.isNull()) {
            throw bad("Metadata is an object of texts, or null.", "metadata");
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String name = RecordAttributes.checkedName(entry.getKey(), ErrorCode.BAD_PARAMETER);
            JsonNode wanted = entry.getValue();
            Optional<String> becomes = wanted.isNull() ? Optional.empty() : Optional.of(text(wanted, name));
            if (metadata.containsKey(name)) {
                throw bad("A metadata name may come only once.", name);
            }
            metadata.put(name, becomes);
        }
    }

    private static String text(JsonNode value, String name) {
        if (!value.isTextual()) {
            throw bad("This is a text, or null to remove it.", name);
        }
        return value.asText();
    }

    private static String checkedType(String text) {
        RecordAttributes checked = new RecordAttributes(ErrorCode.BAD_PARAMETER, 0);
        checked.contentType(text);
        return checked.result(ObjectAttributes.DEFAULT_CONTENT_TYPE).contentType();
    }

    /**
     * Attributes after the patch.
     *
     * @throws RequestException {@code bad-parameter} when the metadata would be too large
     */
    ObjectAttributes apply(ObjectAttributes before) {
        Map<String, String> after = new TreeMap<>(removesAll ? Map.of() : before.metadata());
        metadata.forEach((name, value) -> {
            if (value.isPresent()) {
                after.put(name, value.get());
            } else {
                after.remove(name);
            }
        });
        RecordAttributes checked = new RecordAttributes(ErrorCode.BAD_PARAMETER, metadataMaxBytes);
        after.forEach(checked::metadata);
        ObjectAttributes result = checked.result(contentType.orElse(before.contentType()));
        return new ObjectAttributes(result.contentType(), before.headers(), result.metadata());
    }

    private static RequestException bad(String sentence, String field) {
        return new RequestException(ErrorCode.BAD_PARAMETER, sentence).with("field", field);
    }
}
