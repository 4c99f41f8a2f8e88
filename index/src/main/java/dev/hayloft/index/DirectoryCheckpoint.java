package dev.hayloft.index;

import dev.hayloft.model.LogPosition;

/**
 * How far the directory has followed the log.
 *
 * @param position the {@link LogPosition} up to which all is in
 * @param sequence the sequence up to which all is in
 */
public record DirectoryCheckpoint(long position, long sequence) {
    /** Nothing is in. */
    public static final DirectoryCheckpoint START = new DirectoryCheckpoint(LogPosition.START, -1);
}
