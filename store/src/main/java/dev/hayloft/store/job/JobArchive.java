package dev.hayloft.store.job;

import java.util.Map;

/** Where jobs outlive the process: small records by the job's id, durable at return. */
public interface JobArchive {
    /** Puts or replaces a record. */
    void write(String id, Map<String, String> fields);

    /** Removes a record. */
    void delete(String id);

    /** All records that can be read. */
    Map<String, Map<String, String>> readAll();
}
