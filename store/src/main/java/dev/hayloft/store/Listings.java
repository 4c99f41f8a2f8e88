package dev.hayloft.store;

import dev.hayloft.index.DirectoryCursor;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryPage;
import dev.hayloft.index.DirectoryQuery;
import dev.hayloft.model.ObjectKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Listings: waits until the directory shows what was published when the question came, then asks it.
 *
 * <p><i>Threads:</i> any; the directory is read on the reading executor.
 */
final class Listings {
    private final BucketRegistry buckets;
    private final Executor reading;
    private final InstantSource clock;

    Listings(BucketRegistry buckets, Executor reading, InstantSource clock) {
        this.buckets = buckets;
        this.reading = reading;
        this.clock = clock;
    }

    CompletionStage<ListPage> page(ListRequest request) {
        BucketState bucket = buckets.require(request.bucket());
        DirectoryQuery query = query(bucket, request, request.after(), request.limit());
        return bucket.partition()
                .whenListed()
                .thenApplyAsync(
                        unused -> page(bucket, bucket.partition().directory().list(query, clock.millis())), reading);
    }

    private static DirectoryQuery query(BucketState bucket, ListRequest request, Optional<String> after, int limit) {
        return new DirectoryQuery(
                bucket.id(),
                utf8(request.prefix()),
                request.delimiter().map(Listings::utf8),
                utf8(after.orElse("")),
                limit);
    }

    /** Without a delimiter the directory's own cursor; with one page after page, each seeking over what it rolls up. */
    CompletionStage<ListCursor> cursor(ListRequest request) {
        BucketState bucket = buckets.require(request.bucket());
        return bucket.partition().whenListed().thenApplyAsync(unused -> open(bucket, request), reading);
    }

    private ListCursor open(BucketState bucket, ListRequest request) {
        if (request.delimiter().isPresent()) {
            return new RollingCursor(bucket, request, clock.millis());
        }
        DirectoryCursor cursor = bucket.partition()
                .directory()
                .cursor(
                        bucket.id(),
                        utf8(request.prefix()),
                        utf8(request.after().orElse("")),
                        clock.millis());
        return new WalkingCursor(bucket, cursor);
    }

    static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer utf8) {
        return StandardCharsets.UTF_8.decode(utf8.duplicate()).toString();
    }

    private static ListPage page(BucketState bucket, DirectoryPage page) {
        List<ListEntry> entries = new ArrayList<>();
        int nextPrefix = 0;
        for (DirectoryEntry entry : page.entries()) {
            while (nextPrefix < page.prefixes().size()
                    && compare(page.prefixes().get(nextPrefix), entry.key()) < 0) {
                entries.add(new ListEntry.PrefixLine(text(page.prefixes().get(nextPrefix++))));
            }
            entries.add(line(bucket, entry));
        }
        while (nextPrefix < page.prefixes().size()) {
            entries.add(new ListEntry.PrefixLine(text(page.prefixes().get(nextPrefix++))));
        }
        return new ListPage(entries, page.next().map(Listings::text));
    }

    static int compare(ByteBuffer left, ByteBuffer right) {
        int mismatch = left.mismatch(right);
        if (mismatch < 0) {
            return 0;
        }
        if (mismatch == left.remaining() || mismatch == right.remaining()) {
            return Integer.compare(left.remaining(), right.remaining());
        }
        return Byte.compareUnsigned(left.get(left.position() + mismatch), right.get(right.position() + mismatch));
    }

    private static ListEntry line(BucketState bucket, DirectoryEntry entry) {
        return new ListEntry.ObjectLine(new ObjectInfo(
                ObjectKey.ofUtf8(entry.key()),
                entry.version(),
                entry.contentSize(),
                entry.sha256(),
                bucket.attributes(entry),
                Instant.ofEpochMilli(entry.timeMillis()),
                entry.expiresAtMillis().isPresent()
                        ? Optional.of(
                                Instant.ofEpochMilli(entry.expiresAtMillis().getAsLong()))
                        : Optional.empty()));
    }

    /** Over one snapshot. */
    private record WalkingCursor(BucketState bucket, DirectoryCursor cursor) implements ListCursor {
        @Override
        public Optional<ListEntry> next() {
            return cursor.hasNext() ? Optional.of(line(bucket, cursor.next())) : Optional.empty();
        }

        @Override
        public void close() {
            cursor.close();
        }
    }

    /** Each page seeks over what it rolls up. */
    private static final class RollingCursor extends PagingCursor {
        private final BucketState bucket;
        private final ListRequest request;
        private final long nowMillis;
        private Optional<String> after;

        RollingCursor(BucketState bucket, ListRequest request, long nowMillis) {
            this.bucket = bucket;
            this.request = request;
            this.nowMillis = nowMillis;
            this.after = request.after();
        }

        @Override
        Page read() {
            DirectoryQuery query = query(bucket, request, after, DirectoryQuery.LIMIT_MAX);
            ListPage page = page(bucket, bucket.partition().directory().list(query, nowMillis));
            after = page.next();
            return new Page(page.entries(), after.isEmpty());
        }
    }
}
