package dev.hayloft.client.json;

/**
 * One JSON value. Its {@code toString} is compact JSON text that {@link #parse} reads back as an equal value.
 *
 * <p><i>Threads:</i> immutable.
 */
public sealed interface JsonValue
        permits JsonObject, JsonArray, JsonValue.Text, JsonValue.Numeral, JsonValue.Bool, JsonNull {
    /**
     * Reads one value and nothing after it but white space.
     *
     * @throws JsonException when the text is not JSON, nests deeper than 64 or names a member twice
     */
    static JsonValue parse(String text) {
        return new JsonParser(text).parse();
    }

    static JsonValue of(String text) {
        return new Text(text);
    }

    static JsonValue of(long number) {
        return new Numeral(Long.toString(number));
    }

    /**
     * A number with a fraction.
     *
     * @throws IllegalArgumentException for an infinity or NaN, which JSON cannot say
     */
    static JsonValue of(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("JSON has no infinity and no NaN");
        }
        return new Numeral(Double.toString(number));
    }

    static JsonValue of(boolean value) {
        return new Bool(value);
    }

    /** Whether this is {@code null}. */
    default boolean isNull() {
        return this == JsonNull.NULL;
    }

    /**
     * The text of a string.
     *
     * @throws JsonException when this is something else
     */
    default String asText() {
        throw new JsonException("expected a string, found " + this);
    }

    /**
     * The whole number of a numeral.
     *
     * @throws JsonException when this is something else, has a fraction or does not fit 64 bits
     */
    default long asLong() {
        throw new JsonException("expected a whole number, found " + this);
    }

    /**
     * The number of a numeral.
     *
     * @throws JsonException when this is something else
     */
    default double asDouble() {
        throw new JsonException("expected a number, found " + this);
    }

    /**
     * The truth of {@code true} or {@code false}.
     *
     * @throws JsonException when this is something else
     */
    default boolean asBoolean() {
        throw new JsonException("expected true or false, found " + this);
    }

    /**
     * This as an object.
     *
     * @throws JsonException when this is something else
     */
    default JsonObject asObject() {
        throw new JsonException("expected an object, found " + this);
    }

    /**
     * This as an array.
     *
     * @throws JsonException when this is something else
     */
    default JsonArray asArray() {
        throw new JsonException("expected an array, found " + this);
    }

    /**
     * A string.
     *
     * @param value the text, unescaped
     */
    record Text(String value) implements JsonValue {
        @Override
        public String asText() {
            return value;
        }

        @Override
        public String toString() {
            return JsonWriter.text(this);
        }
    }

    /**
     * A number, kept as it was written: nothing is rounded.
     *
     * @param literal the digits
     */
    record Numeral(String literal) implements JsonValue {
        @Override
        public long asLong() {
            try {
                return Long.parseLong(literal);
            } catch (NumberFormatException e) {
                throw new JsonException("expected a whole number of 64 bits, found " + literal);
            }
        }

        @Override
        public double asDouble() {
            return Double.parseDouble(literal);
        }

        @Override
        public String toString() {
            return literal;
        }
    }

    /**
     * A truth value.
     *
     * @param value which
     */
    record Bool(boolean value) implements JsonValue {
        @Override
        public boolean asBoolean() {
            return value;
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }
}
