package dev.hayloft.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.model.error.RequestException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PathAndQueryTest {
    @Property
    void decode_anyBytesPercentEncoded_areTheBytesAgain(@ForAll byte[] bytes) {
        StringBuilder raw = new StringBuilder();
        for (int i = 0; i < bytes.length; i++) {
            raw.append(i % 2 == 0 ? "%%%02x".formatted(bytes[i]) : "%%%02X".formatted(bytes[i]));
        }
        assertThat(PercentCoding.decode("x" + raw + "y", 1, raw.length() + 1)).isEqualTo(ByteBuffer.wrap(bytes));
    }

    @Test
    void decode_plusSlashAndRawText_standForThemselves() {
        ByteBuffer decoded = PercentCoding.decode("a+b//../%2F;ä", 0, 13);
        assertThat(StandardCharsets.UTF_8.decode(decoded).toString()).isEqualTo("a+b//..//;ä");
    }

    @Test
    void decode_brokenEncoding_isRefused() {
        for (String raw : new String[] {"%", "%1", "%g0", "a%0", "%-1", "ä%1"}) {
            assertThatThrownBy(() -> PercentCoding.decode(raw, 0, raw.length()))
                    .as(raw)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Property
    void query_anyTextFormEncoded_isTheTextAgain(@ForAll String name, @ForAll String value) {
        boolean encodable = StandardCharsets.UTF_8.newEncoder().canEncode(name + value);
        if (encodable && !name.isEmpty()) {
            String raw = URLEncoder.encode(name, StandardCharsets.UTF_8) + "="
                    + URLEncoder.encode(value, StandardCharsets.UTF_8);
            assertThat(Query.parse("first=1&" + raw.replace("first", "f%69rst1") + "&")
                            .text(name.replace("first", "first1")))
                    .contains(value.replace("first", "first1"));
        }
    }

    @Test
    void query_unknownTwiceOrBroken_isRefused() {
        assertThatThrownBy(() -> Query.parse("a=1&b=2").only(Set.of("a"))).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> Query.parse("a=1&a=1")).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> Query.parse("a=%")).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> Query.parse("a=%ff")).isInstanceOf(RequestException.class);
        assertThatThrownBy(() -> Query.parse("a=2").flag("a")).isInstanceOf(RequestException.class);
        for (String number : new String[] {"", "0", "11", "-1", "+1", "1x", "9999999999"}) {
            assertThatThrownBy(() -> Query.parse("n=" + number).integer("n", 1, 10, 5))
                    .as(number)
                    .isInstanceOf(RequestException.class);
        }
    }

    @Test
    void query_bounds_areTaken() {
        assertThat(Query.parse("n=1").integer("n", 1, 10, 5)).isEqualTo(1);
        assertThat(Query.parse("n=10").integer("n", 1, 10, 5)).isEqualTo(10);
        assertThat(Query.parse(null).integer("n", 1, 10, 5)).isEqualTo(5);
        assertThat(Query.parse("a&b=").text("a")).contains("");
        assertThat(Query.parse("a=true").flag("a")).isTrue();
    }
}
