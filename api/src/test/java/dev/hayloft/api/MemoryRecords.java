package dev.hayloft.api;

import dev.hayloft.store.StoreRecords;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Records in memory. */
public final class MemoryRecords implements StoreRecords {
    private final NavigableMap<String, Map<String, String>> records = new TreeMap<>();

    @Override
    public synchronized Optional<Map<String, String>> read(String name) {
        return Optional.ofNullable(records.get(name));
    }

    @Override
    public synchronized Map<String, Map<String, String>> readAll(String prefix) {
        Map<String, Map<String, String>> found = new TreeMap<>();
        records.tailMap(prefix, true).forEach((name, fields) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), fields);
            }
        });
        return found;
    }

    @Override
    public synchronized void write(String name, Map<String, String> fields) {
        records.put(name, Map.copyOf(fields));
    }

    @Override
    public synchronized void delete(String name) {
        records.remove(name);
    }
}
