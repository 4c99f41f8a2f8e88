package dev.hayloft.store.job;

import dev.hayloft.store.Job;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Keeps results of jobs at a size that a record can hold, and that a start can read a thousand of: lists that are too
 * long for that are cut, those within lists too, and the result says so. Pure functions.
 */
final class ResultSize {
    /** Of a result as text. */
    static final int BYTES_MAX = 1 << 20;

    /** True in a result of which lists were cut. */
    static final String TRUNCATED = "truncated";

    private static final int ITEMS_MAX = 1 << 13;

    /** As {@link JsonText} writes it: what is not plain is six characters. */
    private static final int ESCAPED = 6;

    private ResultSize() {}

    /** The result as it is, or with as much of each list as fits. */
    static SortedMap<String, Object> cut(SortedMap<String, Object> result) {
        if (size(result) <= BYTES_MAX) {
            return result;
        }
        SortedMap<String, Object> cut = result;
        for (int items = ITEMS_MAX; items > 0 && size(cut) > BYTES_MAX; items /= 2) {
            cut = Job.result(shorten(result, items));
            cut.put(TRUNCATED, true);
        }
        return size(cut) > BYTES_MAX ? Job.result(Map.of(TRUNCATED, true)) : cut;
    }

    private static Map<String, Object> shorten(Map<?, ?> map, int items) {
        Map<String, Object> shorter = new TreeMap<>();
        map.forEach((name, value) -> shorter.put(String.valueOf(name), shorten(value, items)));
        return shorter;
    }

    private static Object shorten(Object value, int items) {
        if (value instanceof Map<?, ?> map) {
            return shorten(map, items);
        }
        if (value instanceof List<?> list) {
            return list.stream()
                    .limit(items)
                    .map(item -> shorten((Object) item, items))
                    .toList();
        }
        return value;
    }

    private static long size(Object value) {
        long size = 2;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                size += size(entry.getKey()) + 2 + size(entry.getValue());
            }
        } else if (value instanceof List<?> list) {
            for (Object item : list) {
                size += size(item) + 1;
            }
        } else {
            String text = String.valueOf(value);
            for (int i = 0; i < text.length(); i++) {
                size += JsonText.isPlain(text.charAt(i)) ? 1 : ESCAPED;
            }
        }
        return size;
    }
}
