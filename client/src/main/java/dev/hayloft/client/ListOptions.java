package dev.hayloft.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to list.
 *
 * @param prefix only names that begin so; empty: all
 * @param delimiter folds what follows it into one prefix; empty: no folding
 * @param after only names that sort after it; empty: from the first
 * @param limit entries of a page, 1..10000
 * @param metadata whether entries carry user metadata
 * @param versions whether every version has an entry, delete markers too; for {@link HayloftClient#listStream}
 */
public record ListOptions(
        String prefix, String delimiter, String after, int limit, boolean metadata, boolean versions) {
    public static final int LIMIT_MAX = 10_000;
    public static final int LIMIT_DEFAULT = 1_000;

    public ListOptions {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new IllegalArgumentException("a page has 1 to " + LIMIT_MAX + " entries, not " + limit);
        }
    }

    /** Everything that begins so, in pages of 1000. */
    public static ListOptions prefix(String prefix) {
        return new ListOptions(prefix, "", "", LIMIT_DEFAULT, false, false);
    }

    public ListOptions withDelimiter(String text) {
        return new ListOptions(prefix, text, after, limit, metadata, versions);
    }

    public ListOptions withAfter(String name) {
        return new ListOptions(prefix, delimiter, name, limit, metadata, versions);
    }

    public ListOptions withLimit(int count) {
        return new ListOptions(prefix, delimiter, after, count, metadata, versions);
    }

    public ListOptions withMetadata() {
        return new ListOptions(prefix, delimiter, after, limit, true, versions);
    }

    public ListOptions withVersions() {
        return new ListOptions(prefix, delimiter, after, limit, metadata, true);
    }

    /** Query parameters; the limit only where pages are asked for. */
    Map<String, String> parameters(boolean paged) {
        Map<String, String> parameters = new LinkedHashMap<>();
        putUnlessEmpty(parameters, "prefix", prefix);
        putUnlessEmpty(parameters, "delimiter", delimiter);
        putUnlessEmpty(parameters, "after", after);
        if (paged) {
            parameters.put("limit", Integer.toString(limit));
        }
        if (metadata) {
            parameters.put("metadata", "true");
        }
        if (versions) {
            parameters.put("versions", "true");
        }
        return parameters;
    }

    private static void putUnlessEmpty(Map<String, String> parameters, String name, String value) {
        if (!value.isEmpty()) {
            parameters.put(name, value);
        }
    }
}
