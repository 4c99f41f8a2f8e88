package dev.hayloft.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A listing that asks for the next page when the last one is used up. One thread at a time. */
final class PagedListing implements Iterator<ListEntry> {
    private final HayloftClient client;
    private final String bucket;
    private final ListOptions options;
    private Iterator<ListEntry> page;
    private Optional<String> next;

    PagedListing(HayloftClient client, String bucket, ListOptions options) {
        this.client = client;
        this.bucket = bucket;
        this.options = options;
        ListPage first = client.listPage(bucket, options);
        this.page = first.entries().iterator();
        this.next = first.next();
    }

    @Override
    public boolean hasNext() {
        while (!page.hasNext() && next.isPresent()) {
            ListPage following = client.listPage(bucket, options.withAfter(next.get()));
            page = following.entries().iterator();
            if (following.next().equals(next)) {
                throw HayloftClientException.local(
                        HayloftClientException.BAD_ANSWER, "a listing does not move on from \"" + next.get() + "\"");
            }
            next = following.next();
        }
        return page.hasNext();
    }

    @Override
    public ListEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.next();
    }
}
