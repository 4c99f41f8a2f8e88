package dev.hayloft.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The unit is the largest that leaves at least one. */
class ByteCountTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "10239, 10.0 KiB",
        "10240, 10 KiB",
        "1048575, 1024 KiB",
        "1048576, 1.0 MiB",
        "9223372036854775807, 8.0 EiB"
    })
    void text(long bytes, String expected) {
        assertThat(ByteCount.text(bytes)).isEqualTo(expected);
    }
}
