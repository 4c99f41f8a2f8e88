package dev.hayloft.store;

import java.util.OptionalLong;

/**
 * What a delete did.
 *
 * @param existed whether there was an object
 * @param marker the version of the delete marker that is on top now; empty without one
 */
public record DeleteResult(boolean existed, OptionalLong marker) {
    /** Without a marker. */
    public DeleteResult(boolean existed) {
        this(existed, OptionalLong.empty());
    }
}
