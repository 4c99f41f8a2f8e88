package dev.hayloft.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class TargetsTest {
    @Property(tries = 500)
    void encoded_decodedAgain_isTheKey(@ForAll String text) {
        String key = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8); // No lone surrogates.
        String encoded = Targets.encoded(key, "/");
        assertThat(encoded).matches("[A-Za-z0-9._~/%-]*");
        assertThat(URLDecoder.decode(encoded, StandardCharsets.UTF_8)).isEqualTo(key);
    }

    @Test
    void object_ofKeyWithOddParts_isTakenAsItIs() {
        assertThat(Targets.object("photos", "a//../b c+d?é%"))
                .isEqualTo("/v1/buckets/photos/objects/a//../b%20c%2Bd%3F%C3%A9%25");
    }

    @Test
    void query_keepsOrderAndEncodes() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("prefix", "a/&b=c");
        parameters.put("limit", "10");
        assertThat(Targets.query("/x", parameters)).isEqualTo("/x?prefix=a/%26b%3Dc&limit=10");
        assertThat(Targets.query("/x", Map.of())).isEqualTo("/x");
    }
}
