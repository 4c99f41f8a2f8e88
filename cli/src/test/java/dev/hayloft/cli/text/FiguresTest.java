package dev.hayloft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "10240, 10 KiB",
        "1048576, 1.0 MiB",
        "5368709120, 5.0 GiB",
        "9223372036854775807, 8.0 EiB"
    })
    void bytes_asPeopleReadThem(long count, String text) {
        assertThat(Figures.bytes(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "17, 17", "4KiB, 4096", "1MiB, 1048576", "2GiB, 2147483648", "1TiB, 1099511627776"})
    void parseBytes_ofSizes_isBytes(String text, long bytes) {
        assertThat(Figures.parseBytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "KiB", "1KB", "1.5MiB", "1 KiB", "x"})
    void parseBytes_ofOtherText_saysWhatIsRight(String text) {
        assertThatThrownBy(() -> Figures.parseBytes(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("MiB");
    }

    @ParameterizedTest
    @CsvSource({"0.04, 0.0 s", "59.9, 59.9 s", "61, 1:01", "3725, 1:02:05"})
    void seconds_asPeopleReadThem(double seconds, String text) {
        assertThat(Figures.seconds(seconds)).isEqualTo(text);
    }

    @Test
    void table_padsItsColumns() {
        StringWriter out = new StringWriter();
        Table table = new Table("NAME", ">SIZE");
        table.add("a", "1,000");
        table.add("long name", "7");
        PrintWriter writer = new PrintWriter(out);
        table.print(writer);
        writer.flush();
        assertThat(out).hasToString("NAME        SIZE\na          1,000\nlong name      7\n");
    }
}
