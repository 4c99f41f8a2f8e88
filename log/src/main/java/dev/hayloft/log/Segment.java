package dev.hayloft.log;

import java.nio.channels.FileChannel;

/** A volume between its first append and its move to the sealed ones: what the writer hands to the flusher. */
final class Segment {
    final VolumeFile file;

    /** For forcing; opened by the writer, closed by the flusher. */
    final FileChannel channel;

    /** Whether the folder does not safely hold the file yet; of the flusher. */
    boolean isNew;

    /**
     * Set by the writer once it has rolled on, after which the file does not change; read by the flusher before it
     * forces.
     */
    volatile boolean isComplete;

    Segment(VolumeFile file, FileChannel channel, boolean isNew) {
        this.file = file;
        this.channel = channel;
        this.isNew = isNew;
    }
}
