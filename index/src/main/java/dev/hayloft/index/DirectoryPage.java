package dev.hayloft.index;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One page of a listing.
 *
 * @param entries sorted by key
 * @param prefixes sorted; each with its delimiter
 * @param next the last key or prefix of this page, when there is more after it: the {@code after} of the next one
 */
public record DirectoryPage(List<DirectoryEntry> entries, List<ByteBuffer> prefixes, Optional<ByteBuffer> next) {
    public DirectoryPage {
        entries = List.copyOf(entries);
        prefixes = List.copyOf(prefixes);
    }
}
