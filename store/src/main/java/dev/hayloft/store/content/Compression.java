package dev.hayloft.store.content;

import java.util.Optional;

/**
 * A bucket's setting {@code compression}.
 *
 * @param kind what is done
 * @param level of zstd, 1..22; 0 where there is none
 */
public record Compression(Kind kind, int level) {
    /** What is done with content. */
    public enum Kind {
        /** zstd where a sample says that it pays. */
        AUTO,
        /** Nothing. */
        NONE,
        /** zstd, kept when it is shorter. */
        ZSTD,
        /** zlib, kept when it is shorter. */
        ZLIB
    }

    static final int LEVEL_MAX = 22;

    /** What {@code auto} uses: the fastest of the levels that never expand matches to nothing. */
    static final int LEVEL_AUTO = 1;

    /** What {@code auto} uses with a dictionary: as fast for small content, and a tenth shorter. */
    static final int LEVEL_AUTO_DICTIONARY = 3;

    static final int LEVEL_ZSTD = 3;
    static final int LEVEL_ZLIB = 6;

    /** From this level on zstd is slower than a thread that serves others may be. */
    private static final int LEVEL_SLOW = 6;

    private static final String LEVEL_PREFIX = "zstd:";

    /** Reads the setting; empty when it is none of the contract's. */
    public static Optional<Compression> parse(String text) {
        return switch (text) {
            case "auto" -> Optional.of(new Compression(Kind.AUTO, LEVEL_AUTO));
            case "none" -> Optional.of(new Compression(Kind.NONE, 0));
            case "zstd" -> Optional.of(new Compression(Kind.ZSTD, LEVEL_ZSTD));
            case "zlib" -> Optional.of(new Compression(Kind.ZLIB, LEVEL_ZLIB));
            default -> text.startsWith(LEVEL_PREFIX) ? level(text.substring(LEVEL_PREFIX.length())) : Optional.empty();
        };
    }

    private static Optional<Compression> level(String digits) {
        boolean isNumber = digits.length() >= 1
                && digits.length() <= 2
                && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && !digits.startsWith("0");
        if (!isNumber || Integer.parseInt(digits) > LEVEL_MAX) {
            return Optional.empty();
        }
        return Optional.of(new Compression(Kind.ZSTD, Integer.parseInt(digits)));
    }

    /** The level of zstd with a dictionary. */
    int levelWithDictionary() {
        return kind == Kind.AUTO ? LEVEL_AUTO_DICTIONARY : level;
    }

    /** The same, or what comes nearest to it and holds nobody up. */
    Compression brisk() {
        return isSlow() ? new Compression(Kind.ZSTD, LEVEL_ZSTD) : this;
    }

    /** Whether compressing takes so long that a thread with other clients must not do it. */
    boolean isSlow() {
        return kind == Kind.ZLIB || level >= LEVEL_SLOW;
    }
}
