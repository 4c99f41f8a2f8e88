package dev.hayloft.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonValueTest {
    @Property(tries = 500)
    void parse_ofWrittenValue_givesItBack(@ForAll long seed) {
        JsonValue value = value(new Random(seed), 4);
        assertThat(JsonValue.parse(value.toString())).isEqualTo(value);
    }

    @Property(tries = 200)
    void parse_ofCutText_refuses(@ForAll long seed) {
        String text = new JsonArray(List.of(value(new Random(seed), 2))).toString();
        for (int size = 0; size < text.length(); size++) {
            String cut = text.substring(0, size);
            assertThatThrownBy(() -> JsonValue.parse(cut)).isInstanceOf(JsonException.class);
        }
    }

    private static JsonValue value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> JsonValue.of(text(random));
            case 1 -> JsonValue.of(random.nextLong());
            case 2 -> JsonValue.of(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
            case 3 -> JsonValue.of(random.nextBoolean());
            case 4 -> JsonNull.NULL;
            case 5 -> {
                List<JsonValue> values = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    values.add(value(random, depth - 1));
                }
                yield new JsonArray(values);
            }
            default -> {
                Map<String, JsonValue> members = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    members.put(text(random), value(random, depth - 1));
                }
                yield new JsonObject(members);
            }
        };
    }

    /** Any UTF-16 units, lone surrogates and control characters among them. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            int range = random.nextInt(3);
            text.append((char) (range == 0 ? random.nextInt(128) : random.nextInt(0x10000)));
            if (range == 2) {
                text.appendCodePoint(0x1F600 + random.nextInt(64));
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nul",
                "tru",
                "01",
                "-",
                "1.",
                "1e",
                "+1",
                ".5",
                "NaN",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "[1,]",
                "[1 2]",
                "{\"a\":1,}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":1,\"a\":2}",
                "{} {}",
                "[",
                "]",
                "'a'"
            })
    void parse_ofTextThatIsNotJson_refuses(String text) {
        assertThatThrownBy(() -> JsonValue.parse(text))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("not JSON");
    }

    @Test
    void parse_atNesting64_accepts_and65_refuses() {
        assertThat(JsonValue.parse("[".repeat(64) + "]".repeat(64))).isInstanceOf(JsonArray.class);
        assertThatThrownBy(() -> JsonValue.parse("[".repeat(65) + "]".repeat(65)))
                .hasMessageContaining("deeper than 64");
    }

    @Test
    void escapes_ofAllKinds_areRead() {
        assertThat(JsonValue.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"")
                        .asText())
                .isEqualTo("\"\\/\b\f\n\r\t\u00e9\ud83d\ude00");
    }

    @Test
    void largeNumbers_areNotRounded() {
        assertThat(JsonValue.parse("[9223372036854775807,0.10]").toString()).isEqualTo("[9223372036854775807,0.10]");
        assertThat(JsonValue.parse("9223372036854775807").asLong()).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> JsonValue.parse("9223372036854775808").asLong())
                .isInstanceOf(JsonException.class);
    }

    @Test
    void members_ofWrongShape_areNamed() {
        JsonObject object = new JsonObject(Map.of("a", JsonValue.of("text")));
        assertThatThrownBy(() -> object.text("b")).hasMessageContaining("\"b\" is missing");
        assertThatThrownBy(() -> object.number("a")).hasMessageContaining("expected a whole number, found \"text\"");
        assertThat(object.with("n", JsonNull.NULL).find("n")).isEmpty();
    }
}
