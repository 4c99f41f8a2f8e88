package dev.hayloft.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Parity equals, byte for byte, what two native libraries made of the same data. */
class VectorsTest {
    private static final String RESOURCE = "/reed-solomon/vectors.txt";

    @Test
    void encode_ofEveryVector_givesTheRecordedParity() throws IOException {
        byte[][] shards = {};
        int size = 0;
        int data = 0;
        int parity = 0;
        int compared = 0;
        for (String line : lines()) {
            String[] words = line.split(" ");
            if (words[0].equals("case")) {
                data = Integer.parseInt(words[1]);
                parity = Integer.parseInt(words[2]);
                size = Integer.parseInt(words[3]);
                shards = generate(data, parity, size, Long.parseLong(words[4]), words[5]);
            } else {
                CodingMatrix matrix = matrix(words[0], data, parity);
                if (!words[1].equals("-")) {
                    assertThat(matrix).as(line).isEqualTo(CodingMatrix.ofRows(rows(words[1], data)));
                }
                ReedSolomon.of(matrix).encode(shards, 0, size);
                assertThat(ReedSolomon.of(matrix).verify(shards, 0, size)).isTrue();
                String[] expected = words[2].split(",");
                assertThat(expected).hasSize(parity);
                for (int j = 0; j < parity; j++) {
                    assertThat(sha256(shards[data + j])).as(line).isEqualTo(expected[j]);
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(230);
    }

    private static CodingMatrix matrix(String name, int data, int parity) {
        return switch (name) {
            case "isal_cauchy1" -> CodingMatrix.cauchy1(data, parity);
            case "klauspost_default_vandermonde" -> CodingMatrix.vandermonde(data, parity);
            case "sparse_cauchy" -> CodingMatrix.preferred(data, parity);
            case "isal_rs_vandermonde" -> isalVandermonde(data, parity);
            default -> throw new AssertionError(name);
        };
    }

    /** Parity j, column i: (2 to the j) to the i. Not ours to offer: some shapes lose shards that m could cover. */
    private static CodingMatrix isalVandermonde(int data, int parity) {
        int[][] rows = new int[parity][data];
        int base = 1;
        for (int[] row : rows) {
            int power = 1;
            for (int i = 0; i < data; i++) {
                row[i] = power;
                power = TableCodec.multiply(power, base);
            }
            base = TableCodec.multiply(base, 2);
        }
        return CodingMatrix.ofRows(rows);
    }

    private static int[][] rows(String hex, int data) {
        String[] texts = hex.split(",");
        int[][] rows = new int[texts.length][data];
        for (int j = 0; j < texts.length; j++) {
            byte[] bytes = HexFormat.of().parseHex(texts[j]);
            for (int i = 0; i < data; i++) {
                rows[j][i] = bytes[i] & 0xFF;
            }
        }
        return rows;
    }

    private static byte[][] generate(int data, int parity, int size, long seed, String expected) {
        byte[] stream = new byte[data * size];
        long x = seed;
        for (int i = 0; i < stream.length; i++) {
            x = x * 6364136223846793005L + 1442695040888963407L;
            stream[i] = (byte) (x >>> 56);
        }
        assertThat(sha256(stream)).isEqualTo(expected);
        byte[][] shards = new byte[data + parity][size];
        for (int i = 0; i < data; i++) {
            System.arraycopy(stream, i * size, shards[i], 0, size);
        }
        return shards;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static List<String> lines() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(VectorsTest.class.getResourceAsStream(RESOURCE)), StandardCharsets.US_ASCII))) {
            return reader.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
