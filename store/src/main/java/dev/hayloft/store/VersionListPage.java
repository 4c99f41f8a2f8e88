package dev.hayloft.store;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A page of versions.
 *
 * @param entries in order
 * @param next to be sent back as {@code after}; empty at the end
 * @param nextVersion to be sent back as {@code afterVersion} beside it; empty behind a prefix
 */
public record VersionListPage(List<ListEntry> entries, Optional<String> next, OptionalLong nextVersion) {
    public VersionListPage {
        entries = List.copyOf(entries);
    }
}
