package dev.hayloft.store;

import dev.hayloft.model.error.Check;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** The records of the fronts among those of the store, under a prefix of their own. */
final class FrontRecords implements StoreRecords {
    private static final String PREFIX = "front/";

    private final SystemRecords records;

    FrontRecords(SystemRecords records) {
        this.records = records;
    }

    @Override
    public Optional<Map<String, String>> read(String name) {
        return records.read(PREFIX + name).map(FrontRecords::fields);
    }

    @Override
    public Map<String, Map<String, String>> readAll(String prefix) {
        Map<String, Map<String, String>> all = new TreeMap<>();
        records.readReadable(PREFIX + prefix).forEach((name, fields) -> all.put(name, fields(fields)));
        return all;
    }

    @Override
    public void write(String name, Map<String, String> fields) {
        fields.forEach((field, value) -> {
            Check.argument(isPlain(field) && field.indexOf('=') < 0, "a field's name cannot be kept");
            Check.argument(isPlain(value), "a field's value cannot be kept");
        });
        records.write(PREFIX + name, fields);
    }

    private static boolean isPlain(String text) {
        return text.chars().noneMatch(c -> c == '\n' || c == '\r' || c == '\\' || c == '\f')
                && text.strip().equals(text);
    }

    @Override
    public void delete(String name) {
        records.delete(PREFIX + name);
    }

    private static Map<String, String> fields(Properties properties) {
        Map<String, String> fields = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> fields.put(name, properties.getProperty(name)));
        return fields;
    }
}
