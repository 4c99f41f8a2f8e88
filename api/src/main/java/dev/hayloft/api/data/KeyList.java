package dev.hayloft.api.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The body of a call on many keys: {@code {"keys": ["a", "b"]}}, read key by key and no further than the bound. */
final class KeyList {
    static final int KEYS_MAX = 10_000;

    /** What a key takes in memory beside its own bytes. */
    private static final int KEY_OVERHEAD = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(64 << 10) // Far more than a key has.
                    .build())
            .build();

    private KeyList() {}

    /**
     * The keys that a body names.
     *
     * @param body an array's, as it was gathered
     * @throws RequestException {@code bad-parameter} or {@code bad-key}
     */
    static List<ObjectKey> read(ByteBuffer body) {
        int from = body.arrayOffset() + body.position();
        try (JsonParser parser = FACTORY.createParser(body.array(), from, body.remaining())) {
            require(parser.nextToken() == JsonToken.START_OBJECT);
            require("keys".equals(parser.nextFieldName()));
            require(parser.nextToken() == JsonToken.START_ARRAY);
            List<ObjectKey> keys = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_STRING) {
                    throw new RequestException(ErrorCode.BAD_KEY, "A key is a text.");
                }
                require(keys.size() < KEYS_MAX);
                keys.add(ObjectKey.of(parser.getText()));
            }
            require(parser.nextToken() == JsonToken.END_OBJECT);
            require(parser.nextToken() == null);
            return keys;
        } catch (StreamConstraintsException e) {
            throw new RequestException(ErrorCode.BAD_KEY, "A key must have 1 to 1024 bytes of UTF-8.");
        } catch (IOException e) {
            throw wrong();
        }
    }

    private static void require(boolean isRight) {
        if (!isRight) {
            throw wrong();
        }
    }

    private static RequestException wrong() {
        return new RequestException(ErrorCode.BAD_PARAMETER, "The body is {\"keys\": [...]} with at most 10000 keys.");
    }

    /** What keys take in memory. */
    static long heapBytes(List<ObjectKey> keys) {
        return keys.stream().mapToLong(key -> key.sizeBytes() + KEY_OVERHEAD).sum();
    }
}
