package dev.hayloft.store;

import java.util.Optional;

/**
 * Something that may be there and is closed if it is.
 *
 * @param value what to close
 * @param <T> its type
 */
record Closing<T extends StoredObject>(Optional<T> value) implements AutoCloseable {
    @Override
    public void close() {
        value.ifPresent(StoredObject::close);
    }
}
