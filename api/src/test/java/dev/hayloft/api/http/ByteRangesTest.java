package dev.hayloft.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.api.http.ByteRanges.Piece;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ByteRangesTest {
    @Test
    void parse_formsOfRfc9110_areCutToTheContent() {
        assertThat(ByteRanges.parse("bytes=0-0", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(0, 1)));
        assertThat(ByteRanges.parse("bytes=5-", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(5, 5)));
        assertThat(ByteRanges.parse("bytes=-3", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(7, 3)));
        assertThat(ByteRanges.parse("bytes=-30", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(0, 10)));
        assertThat(ByteRanges.parse("Bytes= 1-2 ,, 4-99", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(1, 2), new Piece(4, 6)));
        assertThat(ByteRanges.parse("bytes=0-99999999999999999999", 10))
                .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(0, 10)));
    }

    @Test
    void parse_nothingWithinTheContent_isAnEmptyList() {
        for (String header : new String[] {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"}) {
            assertThat(ByteRanges.parse(header, 10)).as(header).hasValueSatisfying(p -> assertThat(p)
                    .isEmpty());
        }
        assertThat(ByteRanges.parse("bytes=0-", 0))
                .hasValueSatisfying(p -> assertThat(p).isEmpty());
    }

    @Test
    void parse_malformed_doesNotCount() {
        for (String header : new String[] {
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=1",
            "bytes=--1",
            "bytes=+1-2",
            "lines=0-1",
            "bytes=0-1,x",
            "bytes=0 -1"
        }) {
            assertThat(ByteRanges.parse(header, 10)).as(header).isEmpty();
        }
    }

    @Test
    void parse_count_isBounded() {
        String most = "bytes=" + "0-0,".repeat(ByteRanges.COUNT_MAX);
        assertThat(ByteRanges.parse(most, 10))
                .hasValueSatisfying(p -> assertThat(p).hasSize(ByteRanges.COUNT_MAX));
        assertThat(ByteRanges.parse(most + "0-0", 10)).isEmpty();
    }

    @Property
    void parse_anyFirstAndLast_staysWithinTheContent(
            @ForAll @LongRange(max = 200) long first,
            @ForAll @LongRange(max = 200) long last,
            @ForAll @LongRange(max = 100) long size) {
        var pieces = ByteRanges.parse("bytes=" + first + "-" + last, size);
        if (last < first) {
            assertThat(pieces).isEmpty();
        } else if (first >= size) {
            assertThat(pieces).hasValueSatisfying(p -> assertThat(p).isEmpty());
        } else {
            long end = Math.min(last, size - 1);
            assertThat(pieces)
                    .hasValueSatisfying(p -> assertThat(p).containsExactly(new Piece(first, end - first + 1)));
        }
    }
}
