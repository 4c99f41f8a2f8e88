package dev.hayloft.testing;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.SplittableRandom;

/**
 * Where random tests get their seed: from {@code -Dhayloft.seed=N} when it is given, else a fresh one. Either way the
 * seed is logged, so that a failure can be run again.
 *
 * <p><i>Threads:</i> any; a {@link SplittableRandom} itself belongs to one thread, its {@code split()}s to others.
 */
public final class Seeds {
    /** The system property that fixes the seed, in decimal. */
    public static final String PROPERTY = "hayloft.seed";

    private static final Logger LOGGER = System.getLogger(Seeds.class.getName());

    private Seeds() {}

    /**
     * Picks the seed of one test and logs it.
     *
     * @param test who asks, as it should stand in the log
     * @throws IllegalArgumentException when the property is not a number
     */
    public static long pick(String test) {
        String given = System.getProperty(PROPERTY, "");
        long seed = given.isEmpty() ? new SplittableRandom().nextLong() : parse(given);
        LOGGER.log(Level.INFO, "{0} runs with -D{1}={2}", test, PROPERTY, Long.toString(seed));
        return seed;
    }

    /** A generator on a seed of {@link #pick}. */
    public static SplittableRandom random(String test) {
        return new SplittableRandom(pick(test));
    }

    private static long parse(String given) {
        try {
            return Long.parseLong(given);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("-D" + PROPERTY + " takes a decimal number, not " + given, notANumber);
        }
    }
}
