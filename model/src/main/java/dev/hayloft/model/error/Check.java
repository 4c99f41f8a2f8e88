package dev.hayloft.model.error;

/** Checks that cannot be switched off, named by who is at fault when they fail. */
public final class Check {
    private Check() {}

    /** The caller's fault. */
    public static void argument(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The disk's fault. */
    public static void intact(boolean condition, String message) {
        if (!condition) {
            throw new CorruptionException(message);
        }
    }

    /** Our fault. */
    public static void invariant(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
