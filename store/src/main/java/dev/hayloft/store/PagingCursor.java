package dev.hayloft.store;

import java.util.List;
import java.util.Optional;

/** A cursor over page after page, so a key written meanwhile may or may not come. */
abstract class PagingCursor implements ListCursor {
    private List<ListEntry> entries = List.of();
    private int at;
    private boolean last;

    /**
     * A page.
     *
     * @param entries in order
     * @param last whether none follows
     */
    record Page(List<ListEntry> entries, boolean last) {}

    /** Reads the page behind the one read before; may wait for the disk. */
    abstract Page read();

    @Override
    public Optional<ListEntry> next() {
        if (at == entries.size() && !last) {
            Page page = read();
            entries = page.entries();
            at = 0;
            last = page.last();
        }
        return at < entries.size() ? Optional.of(entries.get(at++)) : Optional.empty();
    }

    @Override
    public void close() {
        entries = List.of();
        at = 0;
        last = true;
    }
}
