package dev.hayloft.store;

import java.util.List;
import java.util.Optional;

/**
 * A page of a listing.
 *
 * @param entries in order
 * @param next to be sent back as {@code after}; empty at the end
 */
public record ListPage(List<ListEntry> entries, Optional<String> next) {
    public ListPage {
        entries = List.copyOf(entries);
    }
}
