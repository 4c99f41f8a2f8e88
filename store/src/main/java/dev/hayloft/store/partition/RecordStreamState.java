package dev.hayloft.store.partition;

import dev.hayloft.model.error.HayloftException;
import java.util.Optional;

/**
 * What the groups of one stream of records share: after the first that was refused none is stored, so that what is
 * stored is always the stream's beginning.
 *
 * <p><i>Threads:</i> the writer's, or before it whoever fails to hand a group on.
 */
public final class RecordStreamState {
    private volatile Optional<HayloftException> failure = Optional.empty(); // Read by the writer for each group.

    /** The first failure ends the stream. */
    public void fail(HayloftException reason) {
        if (failure.isEmpty()) {
            failure = Optional.of(reason);
        }
    }

    /** Why nothing more of the stream is stored. */
    public Optional<HayloftException> failure() {
        return failure;
    }
}
