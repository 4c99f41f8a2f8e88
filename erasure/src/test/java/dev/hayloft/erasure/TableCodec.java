package dev.hayloft.erasure;

/**
 * The oracle: parity by the definition, a byte at a time, with multiplication by shifting. Shares no code with ours.
 */
final class TableCodec {
    private static final byte[][] PRODUCTS = new byte[256][256];

    static {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                PRODUCTS[a][b] = (byte) multiply(a, b);
            }
        }
    }

    private TableCodec() {}

    static int multiply(int a, int b) {
        int product = 0;
        int shifted = a;
        for (int bit = 0; bit < 8; bit++) {
            if ((b >> bit & 1) != 0) {
                product ^= shifted;
            }
            shifted <<= 1;
            if (shifted > 0xFF) {
                shifted ^= 0x11d;
            }
        }
        return product;
    }

    /** Fills the parity shards, from 0 to {@code length}. */
    static void encode(CodingMatrix matrix, byte[][] shards, int length) {
        int k = matrix.dataShards();
        for (int j = 0; j < matrix.parityShards(); j++) {
            int[] row = matrix.row(j);
            for (int t = 0; t < length; t++) {
                byte sum = 0;
                for (int i = 0; i < k; i++) {
                    sum ^= PRODUCTS[row[i]][shards[i][t] & 0xFF];
                }
                shards[k + j][t] = sum;
            }
        }
    }
}
