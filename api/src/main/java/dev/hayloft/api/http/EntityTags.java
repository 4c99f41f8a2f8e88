package dev.hayloft.api.http;

import dev.hayloft.store.WriteCondition.Tags;
import java.util.ArrayList;
import java.util.List;

/** Lists of entity tags (RFC 9110, section 8.8.3). A tag without quotes counts as one with. Pure functions. */
public final class EntityTags {
    private EntityTags() {}

    /** The tags of {@code If-Match}, which compares strongly: a weak tag matches nothing. */
    public static Tags strong(String header) {
        return parse(header, false);
    }

    /** The tags of {@code If-None-Match}, which compares weakly: {@code W/} does not matter. */
    public static Tags weak(String header) {
        return parse(header, true);
    }

    private static Tags parse(String header, boolean weak) {
        if (header.strip().equals("*")) {
            return new Tags(true, List.of());
        }
        List<String> values = new ArrayList<>(1);
        int i = 0;
        while (i < header.length()) {
            char c = header.charAt(i);
            if (c == ',' || c == ' ' || c == '\t') {
                i++;
                continue;
            }
            boolean isWeak = header.startsWith("W/", i);
            i += isWeak ? 2 : 0;
            boolean quoted = i < header.length() && header.charAt(i) == '"';
            int from = quoted ? i + 1 : i;
            int to = header.indexOf(quoted ? '"' : ',', from);
            to = to < 0 ? header.length() : to;
            if (weak || !isWeak) {
                values.add(header.substring(from, to).strip());
            }
            i = to + 1;
        }
        return new Tags(false, values);
    }
}
