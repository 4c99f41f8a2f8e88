package dev.hayloft.log;

import dev.hayloft.log.format.FrameView;

/** Is shown the frames of a scan, in the log's order; also those that start and end a volume. */
@FunctionalInterface
public interface FrameVisitor {
    /** A frame whose checksums were right; valid until this returns. */
    void frame(FrameView frame);

    /** Whether the scan may end here; asked before each frame. */
    default boolean isEnough() {
        return false;
    }

    /** A stretch that held forced data and can no longer be read; the scan goes on behind it. */
    default void damaged(DamagedRange range) {}

    /**
     * A frame within the stretch that was told last, whose header is right and whose body is not: for
     * {@link FrameView#forEachIntactNeedle} alone. Valid until this returns.
     */
    default void remains(FrameView frame) {}
}
