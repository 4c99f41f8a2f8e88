package dev.hayloft.store;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** One step of a batch. */
public sealed interface BatchStep {
    /** What it is about. */
    ObjectKey key();

    /** The version that must be there when the step's turn comes, 0 for absent; empty: any. */
    OptionalLong ifVersion();

    /**
     * Stores an object.
     *
     * @param key where it goes
     * @param attributes kept and answered with it
     * @param ifVersion the condition
     * @param content from position to limit; must not change until the batch completes
     * @param sha256 the digest of exactly these bytes
     */
    record Put(ObjectKey key, ObjectAttributes attributes, OptionalLong ifVersion, ByteBuffer content, Sha256 sha256)
            implements BatchStep {
        /** Computes the digest here. */
        public Put(ObjectKey key, ObjectAttributes attributes, OptionalLong ifVersion, ByteBuffer content) {
            this(key, attributes, ifVersion, content, Sha256.of(content));
        }
    }

    /**
     * Deletes an object; absent counts as deleted.
     *
     * @param key what goes
     * @param ifVersion the condition
     */
    record Delete(ObjectKey key, OptionalLong ifVersion) implements BatchStep {}
}
