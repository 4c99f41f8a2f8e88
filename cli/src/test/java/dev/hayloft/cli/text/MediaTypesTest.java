package dev.hayloft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A name's end tells the type, whatever stands before it. */
class MediaTypesTest {
    @ParameterizedTest
    @CsvSource({
        "hay.txt, text/plain",
        "2026/11/Hay.JPG, image/jpeg",
        "a.b/c.tar.gz, application/gzip",
        ".hidden.json, application/json",
        "x.json, application/json"
    })
    void ofName_withAKnownEnding_isItsType(String name, String type) {
        assertThat(MediaTypes.ofName(name)).contains(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "/", ".txt", "a/.json", "a.txt/b", "txt", "a.", "a.unknown", "a.txt/"})
    void ofName_withoutOne_isEmpty(String name) {
        assertThat(MediaTypes.ofName(name)).isEmpty();
    }

    @Test
    void ofName_whereLettersHaveOtherCapitals_isTheSame() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(MediaTypes.ofName("A.GIF")).contains("image/gif");
        } finally {
            Locale.setDefault(before);
        }
    }
}
