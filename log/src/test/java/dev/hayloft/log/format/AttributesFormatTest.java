package dev.hayloft.log.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class AttributesFormatTest {
    @Property(tries = 500)
    void encode_thenDecode_givesTheSame(@ForAll("attributes") ObjectAttributes attributes) {
        assertThat(AttributesFormat.decode(AttributesFormat.encode(attributes))).isEqualTo(attributes);
    }

    @Property(tries = 200)
    void decode_anyTruncation_isNoticedOrAShorterList(@ForAll("attributes") ObjectAttributes attributes) {
        ByteBuffer whole = AttributesFormat.encode(attributes);
        for (int size = 0; size < whole.limit(); size++) {
            try {
                assertThat(AttributesFormat.decode(whole.slice(0, size))).isNotEqualTo(attributes);
            } catch (CorruptionException noticed) {
                assertThat(noticed).hasMessageContaining("cut off");
            }
        }
    }

    @Test
    void encode_defaultType_takesNothing() {
        assertThat(AttributesFormat.encode(ObjectAttributes.NONE).hasRemaining())
                .isFalse();
        assertThat(AttributesFormat.decode(ByteBuffer.allocate(0))).isEqualTo(ObjectAttributes.NONE);
    }

    @Test
    void encode_everyWellKnownType_takesTwoBytes() {
        for (String type : AttributesFormat.WELL_KNOWN_TYPES) {
            ObjectAttributes attributes = new ObjectAttributes(type, Map.of(), Map.of());
            int size = AttributesFormat.encode(attributes).remaining();
            assertThat(size).isEqualTo(type.equals(ObjectAttributes.DEFAULT_CONTENT_TYPE) ? 0 : 2);
        }
    }

    @Test
    void wellKnownTypes_areFrozen() throws IOException {
        String golden = StandardCharsets.UTF_8
                .decode(Samples.golden("content-types.txt"))
                .toString();
        assertThat(AttributesFormat.WELL_KNOWN_TYPES).isEqualTo(List.of(golden.split("\n")));
    }

    @Test
    void keptHeaders_allHaveATag() {
        for (String header : ObjectAttributes.KEPT_HEADERS) {
            ObjectAttributes attributes = new ObjectAttributes("a/b", Map.of(header, "x"), Map.of());
            assertThat(AttributesFormat.decode(AttributesFormat.encode(attributes)))
                    .isEqualTo(attributes);
        }
    }

    @Test
    void decode_unknownTagOrType_isRefusedAsNewer() {
        assertThatThrownBy(() -> AttributesFormat.decode(ByteBuffer.wrap(new byte[] {99})))
                .isInstanceOf(StoreClosedException.class);
        assertThatThrownBy(() -> AttributesFormat.decode(ByteBuffer.wrap(new byte[] {1, (byte) 200})))
                .isInstanceOf(StoreClosedException.class);
    }

    @Test
    void encode_atAndPastTheLargestSize_isTakenAndRefused() {
        int overhead = 1 + 2 + 1 + 2;
        String longest = "v".repeat(65_535 - overhead);
        assertThat(AttributesFormat.encode(new ObjectAttributes(
                                ObjectAttributes.DEFAULT_CONTENT_TYPE, Map.of(), Map.of("n", longest)))
                        .remaining())
                .isEqualTo(65_535);
        ObjectAttributes tooLong =
                new ObjectAttributes(ObjectAttributes.DEFAULT_CONTENT_TYPE, Map.of(), Map.of("n", longest + "v"));
        assertThatThrownBy(() -> AttributesFormat.encode(tooLong)).isInstanceOf(RequestException.class);
    }

    @Provide
    Arbitrary<ObjectAttributes> attributes() {
        Arbitrary<String> types = Arbitraries.oneOf(
                Arbitraries.of(AttributesFormat.WELL_KNOWN_TYPES),
                Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(20).map(text -> "x/" + text));
        Arbitrary<Map<String, String>> headers =
                Arbitraries.maps(Arbitraries.of(ObjectAttributes.KEPT_HEADERS), texts());
        Arbitrary<Map<String, String>> metadata = Arbitraries.maps(
                        Arbitraries.strings()
                                .withChars("abcdef0123_.-")
                                .ofMinLength(1)
                                .ofMaxLength(10),
                        texts())
                .ofMaxSize(6);
        return Combinators.combine(types, headers, metadata)
                .as((String type, Map<String, String> kept, Map<String, String> own) ->
                        new ObjectAttributes(type, kept, own));
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withCharRange(' ', '퟿').ofMaxLength(20);
    }
}
