package dev.hayloft.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What must hold for a write to happen; all parts together.
 *
 * @param ifVersion the key's version; 0 means absent
 * @param ifMatch the key must exist and have one of these entity tags
 * @param ifNoneMatch the key must be absent or have none of these entity tags
 */
public record WriteCondition(OptionalLong ifVersion, Optional<Tags> ifMatch, Optional<Tags> ifNoneMatch) {
    /** Always holds. */
    public static final WriteCondition NONE =
            new WriteCondition(OptionalLong.empty(), Optional.empty(), Optional.empty());

    /** Holds while the key is absent. */
    public static final WriteCondition ABSENT =
            new WriteCondition(OptionalLong.of(0), Optional.empty(), Optional.empty());

    /**
     * Entity tags as HTTP compares them.
     *
     * @param any {@code *}: whatever the tag; the list is then empty
     * @param values strong tags without quotes
     */
    public record Tags(boolean any, List<String> values) {
        public Tags {
            values = List.copyOf(values);
        }

        /** Whether this tag is among them. */
        public boolean contains(String tag) {
            return any || values.contains(tag);
        }
    }
}
