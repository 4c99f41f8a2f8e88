package dev.hayloft.index.map;

import net.openhft.chronicle.core.Memory;

/**
 * XXH64 with seed 0, for the two lengths that a map's entry needs; what the map's own hash function gives for the same
 * bytes, without its walk through the interfaces of all that can be hashed.
 *
 * <p><i>Source:</i> Y. Collet, "XXH64", doc/xxhash_spec.md, version 0.1.1, sections "XXH64 algorithm description".
 *
 * <p><i>Threads:</i> any.
 */
final class XxHash {
    private static final long PRIME_1 = 0x9E37_79B1_85EB_CA87L;
    private static final long PRIME_2 = 0xC2B2_AE3D_27D4_EB4FL;
    private static final long PRIME_3 = 0x1656_67B1_9E37_79F9L;
    private static final long PRIME_4 = 0x85EB_CA77_C2B2_AE63L;
    private static final long PRIME_5 = 0x27D4_EB2F_1656_67C5L;
    private static final long LANE_1 = 0x60EA_27EE_ADC0_B5D6L; // The sum of the first two primes.
    private static final long LANE_4 = 0x61C8_864E_7A14_3579L; // The first, negated.
    private static final int STRIPE_SIZE = 4 * Long.BYTES;

    private XxHash() {}

    /** Of two words. */
    static long ofWords(long first, long second) {
        return avalanche(word(word(PRIME_5 + 2 * Long.BYTES, first), second));
    }

    /** Of whole words in memory, at least four and at most seven. */
    static long ofMemory(Memory memory, long address, int size) {
        long lane1 = round(LANE_1, memory.readLong(address));
        long lane2 = round(PRIME_2, memory.readLong(address + 8));
        long lane3 = round(0, memory.readLong(address + 16));
        long lane4 = round(LANE_4, memory.readLong(address + 24));
        long hash = Long.rotateLeft(lane1, 1)
                + Long.rotateLeft(lane2, 7)
                + Long.rotateLeft(lane3, 12)
                + Long.rotateLeft(lane4, 18);
        hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4) + size;
        for (int at = STRIPE_SIZE; at < size; at += Long.BYTES) {
            hash = word(hash, memory.readLong(address + at));
        }
        return avalanche(hash);
    }

    private static long round(long lane, long word) {
        return Long.rotateLeft(lane + word * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    private static long word(long hash, long word) {
        return Long.rotateLeft(hash ^ round(0, word), 27) * PRIME_1 + PRIME_4;
    }

    private static long avalanche(long hash) {
        long mixed = (hash ^ hash >>> 33) * PRIME_2;
        mixed = (mixed ^ mixed >>> 29) * PRIME_3;
        return mixed ^ mixed >>> 32;
    }
}
