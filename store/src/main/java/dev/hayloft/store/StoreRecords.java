package dev.hayloft.store;

import java.util.Map;
import java.util.Optional;

/**
 * Small records that a front keeps in the store, such as its users: each a name and fields of text, written as one and
 * durable at return, in the system partition, so that crash safety, rebuilding and backup are the log's.
 *
 * <p>Names are 1 to 500 bytes; fields hold no line ends and no backslashes, and no {@code =} in their names.
 *
 * <p><i>Threads:</i> any; every method may wait for a disk.
 */
public interface StoreRecords {
    /** One record's fields. */
    Optional<Map<String, String>> read(String name);

    /**
     * All records whose name begins with the prefix, by name without it, in the order of names. Those that are lost or
     * damaged are left out, and a warning in the log names them.
     */
    Map<String, Map<String, String>> readAll(String prefix);

    /** Writes a record in the place of the one of that name, if there is one. */
    void write(String name, Map<String, String> fields);

    /** Deletes a record; absent counts as deleted. */
    void delete(String name);
}
