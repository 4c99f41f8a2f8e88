package dev.hayloft.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class HeaderValuesTest {
    @Test
    void entityTags_strongAndWeak_compareAsRfc9110Says() {
        assertThat(EntityTags.strong("\"a\", W/\"b\" ,\"c\"").values()).containsExactly("a", "c");
        assertThat(EntityTags.weak("\"a\", W/\"b\" ,\"c\"").values()).containsExactly("a", "b", "c");
        assertThat(EntityTags.strong(" * ").contains("whatever")).isTrue();
        assertThat(EntityTags.strong("W/\"a\"").contains("a")).isFalse();
        assertThat(EntityTags.weak("W/\"a\"").contains("a")).isTrue();
        assertThat(EntityTags.strong("a,b").values()).containsExactly("a", "b");
        assertThat(EntityTags.strong("\"a,b\"").values()).containsExactly("a,b");
        assertThat(EntityTags.strong("\"open").values()).containsExactly("open");
        assertThat(EntityTags.strong("").values()).isEmpty();
    }

    @Property
    void httpDate_anySecond_isReadAgain(@ForAll @LongRange(max = 4_000_000_000L) long second) {
        HttpDate dates = new HttpDate();
        String text = dates.format(Instant.ofEpochSecond(second, 999_000_000));
        assertThat(HttpDate.parse(text)).contains(second);
        assertThat(dates.format(Instant.ofEpochSecond(second))).isSameAs(text);
    }

    @Test
    void httpDate_threeForms_areOneMoment() {
        for (String text : new String[] {
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"
        }) {
            assertThat(HttpDate.parse(text)).as(text).contains(784_111_777L);
        }
        assertThat(HttpDate.parse("yesterday")).isEmpty();
    }
}
