package dev.hayloft.store.partition;

import dev.hayloft.log.format.NeedleOrigin;

/**
 * What one needle of a mutation does to the versions of its key. A mutation that needs several has them in one frame.
 */
sealed interface VersionStep {
    /**
     * The mutation's object becomes the newest version.
     *
     * @param kept whether it stays when a newer one comes
     */
    record Store(boolean kept) implements VersionStep {}

    /**
     * A delete marker becomes the newest version.
     *
     * @param kept as of an object
     * @param origin why
     */
    record Mark(boolean kept, NeedleOrigin origin) implements VersionStep {}

    /**
     * One version goes.
     *
     * @param version which
     * @param wasKept whether it had been written as kept
     * @param origin why; {@link NeedleOrigin#PUT} for what another step of the mutation brings with it
     */
    record End(long version, boolean wasKept, NeedleOrigin origin) implements VersionStep {}

    /**
     * A version goes, and all older ones.
     *
     * @param version which
     * @param newer the oldest that stays; 0 for the newest of all
     * @param origin why, as in {@link End}
     */
    record EndUpTo(long version, long newer, NeedleOrigin origin) implements VersionStep {}

    /**
     * The key goes, with all its versions.
     *
     * @param origin why
     */
    record EndAll(NeedleOrigin origin) implements VersionStep {}
}
