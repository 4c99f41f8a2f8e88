package dev.hayloft.client;

import java.util.List;
import java.util.Optional;

/**
 * One answer of a listing.
 *
 * @param entries objects and prefixes as the server sorts them, by the bytes of their names
 * @param next what to list after; empty on the last page
 */
public record ListPage(List<ListEntry> entries, Optional<String> next) {
    public ListPage {
        entries = List.copyOf(entries);
    }
}
