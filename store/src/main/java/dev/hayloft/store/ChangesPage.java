package dev.hayloft.store;

import java.util.List;

/**
 * A stretch of a bucket's changes.
 *
 * @param changes in the order in which they became true
 * @param cursor where to go on, also when there is none
 * @param atEnd whether nothing was behind it at the time
 */
public record ChangesPage(List<Change> changes, String cursor, boolean atEnd) {
    public ChangesPage {
        changes = List.copyOf(changes);
    }
}
