package dev.hayloft.client;

import java.util.List;

/**
 * Some changes of a bucket.
 *
 * @param changes in the order in which they became true
 * @param cursor what to go on after, also when there was none
 */
public record ChangePage(List<Change> changes, String cursor) {
    public ChangePage {
        changes = List.copyOf(changes);
    }
}
