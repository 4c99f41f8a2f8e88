package dev.hayloft.store;

import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryPage;
import dev.hayloft.index.DirectoryQuery;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Listings of versions: the keys come from the directory, delete markers included, the versions of each from the index,
 * and what is shown of them from their needles.
 *
 * <p><i>Threads:</i> any; the disk is read on the reading executor, except for {@link #versions}.
 */
final class VersionListings {
    private static final int ATTEMPTS_MAX = 16;
    private static final int CURSOR_PAGE = 1000;

    private final BucketRegistry buckets;
    private final Executor reading;
    private final InstantSource clock;

    VersionListings(BucketRegistry buckets, Executor reading, InstantSource clock) {
        this.buckets = buckets;
        this.reading = reading;
        this.clock = clock;
    }

    List<ListEntry.VersionLine> versions(BucketName name, ObjectKey key, OptionalLong after, int max) {
        return versions(buckets.require(name), key, after.orElse(Long.MAX_VALUE), max);
    }

    private List<ListEntry.VersionLine> versions(BucketState bucket, ObjectKey key, long before, int max) {
        NeedleReader reader = bucket.partition().reader();
        KeyHash hash = reader.hash(bucket.id(), key);
        List<ListEntry.VersionLine> lines = new ArrayList<>();
        long from = before;
        while (lines.size() < max) { // Those that have expired leave room for more.
            List<Location> locations = reader.versions(hash, from, max - lines.size());
            for (Location location : locations) {
                line(bucket, key, hash, location).ifPresent(lines::add);
                from = location.version();
            }
            if (locations.isEmpty() || locations.get(locations.size() - 1).link() == 0) {
                break;
            }
        }
        return lines;
    }

    /** Empty when the version has expired, or is gone by now. */
    private Optional<ListEntry.VersionLine> line(BucketState bucket, ObjectKey key, KeyHash hash, Location location) {
        NeedleReader reader = bucket.partition().reader();
        Optional<Location> place = Optional.of(location);
        for (int attempt = 0; attempt < ATTEMPTS_MAX && place.isPresent(); attempt++) {
            Location now = place.get();
            if (now.version() != location.version() || now.isExpired(clock.millis())) {
                return Optional.empty();
            }
            Instant time = Instant.ofEpochMilli(now.timeMillis());
            if (now.has(Location.MARKER)) {
                return Optional.of(new ListEntry.VersionLine(key, now.version(), time, Optional.empty()));
            }
            try {
                Optional<ObjectInfo> info = info(bucket, key, now);
                if (info.isPresent()) {
                    return Optional.of(new ListEntry.VersionLine(key, now.version(), time, info));
                }
            } catch (CorruptionException e) { // One that is damaged must not hide those behind it.
                return Optional.of(damaged(key, now));
            }
            place = reader.findVersion(hash, location.version()); // Compaction has moved it meanwhile.
        }
        return Optional.empty();
    }

    private static Optional<ObjectInfo> info(BucketState bucket, ObjectKey key, Location location) {
        Optional<OpenNeedle> found = bucket.partition().reader().readAt(location, key);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (OpenNeedle needle = found.get()) {
            return Optional.of(ObjectReads.info(bucket, key, needle));
        }
    }

    /** What the index knows. */
    private static ListEntry.VersionLine damaged(ObjectKey key, Location location) {
        Optional<Instant> expiresAt = location.has(Location.EXPIRES)
                ? Optional.of(Instant.ofEpochMilli(location.expiresAtMillis()))
                : Optional.empty();
        return new ListEntry.VersionLine(
                key,
                location.version(),
                Instant.ofEpochMilli(location.timeMillis()),
                Optional.empty(),
                Optional.of(new ListEntry.Damaged(location.contentSize(), expiresAt)));
    }

    CompletionStage<VersionListPage> page(VersionListRequest request) {
        BucketState bucket = buckets.require(request.keys().bucket());
        return bucket.partition().whenListed().thenApplyAsync(unused -> page(bucket, request), reading);
    }

    CompletionStage<ListCursor> cursor(VersionListRequest request) {
        BucketState bucket = buckets.require(request.keys().bucket());
        return bucket.partition().whenListed().thenApplyAsync(unused -> new VersionCursor(bucket, request), reading);
    }

    private VersionListPage page(BucketState bucket, VersionListRequest request) {
        Gathering gathering = new Gathering(bucket, request.keys().limit());
        Optional<String> after = request.keys().after();
        if (after.isPresent() && request.afterVersion().isPresent()) {
            gathering.addVersions(
                    ObjectKey.of(after.get()), request.afterVersion().getAsLong());
        }
        boolean last = false;
        while (!last && !gathering.isFull()) {
            DirectoryPage page = bucket.partition()
                    .directory()
                    .list(new DirectoryQuery(
                            bucket.id(),
                            Listings.utf8(request.keys().prefix()),
                            request.keys().delimiter().map(Listings::utf8),
                            Listings.utf8(after.orElse("")),
                            request.keys().limit(),
                            true));
            gathering.add(page);
            after = page.next().map(Listings::text);
            last = after.isEmpty();
        }
        return gathering.page();
    }

    /** One line more than the page has, so that it is known whether anything follows. */
    private final class Gathering {
        private final BucketState bucket;
        private final int limit;
        private final List<ListEntry> entries = new ArrayList<>();

        Gathering(BucketState bucket, int limit) {
            this.bucket = bucket;
            this.limit = limit;
        }

        boolean isFull() {
            return entries.size() > limit;
        }

        void addVersions(ObjectKey key, long before) {
            entries.addAll(versions(bucket, key, before, limit + 1 - entries.size()));
        }

        void add(DirectoryPage page) {
            int prefix = 0;
            for (DirectoryEntry entry : page.entries()) {
                while (prefix < page.prefixes().size()
                        && Listings.compare(page.prefixes().get(prefix), entry.key()) < 0) {
                    addPrefix(page.prefixes().get(prefix++));
                }
                if (isFull()) {
                    return;
                }
                addVersions(ObjectKey.ofUtf8(entry.key()), Long.MAX_VALUE);
            }
            while (prefix < page.prefixes().size()) {
                addPrefix(page.prefixes().get(prefix++));
            }
        }

        private void addPrefix(ByteBuffer prefix) {
            if (!isFull()) {
                entries.add(new ListEntry.PrefixLine(Listings.text(prefix)));
            }
        }

        VersionListPage page() {
            if (!isFull()) {
                return new VersionListPage(entries, Optional.empty(), OptionalLong.empty());
            }
            List<ListEntry> shown = entries.subList(0, limit);
            if (shown.get(limit - 1) instanceof ListEntry.VersionLine line) {
                return new VersionListPage(shown, Optional.of(line.key().toString()), OptionalLong.of(line.version()));
            }
            ListEntry.PrefixLine line = (ListEntry.PrefixLine) shown.get(limit - 1);
            return new VersionListPage(shown, Optional.of(line.prefix()), OptionalLong.empty());
        }
    }

    /** Page after page, so a version written meanwhile may or may not come. */
    private final class VersionCursor extends PagingCursor {
        private final BucketState bucket;
        private final ListRequest keys;
        private Optional<String> after;
        private OptionalLong afterVersion;

        VersionCursor(BucketState bucket, VersionListRequest request) {
            this.bucket = bucket;
            this.keys = request.keys();
            this.after = keys.after();
            this.afterVersion = request.afterVersion();
        }

        @Override
        Page read() {
            ListRequest next = new ListRequest(keys.bucket(), keys.prefix(), keys.delimiter(), after, CURSOR_PAGE);
            VersionListPage page = page(bucket, new VersionListRequest(next, afterVersion));
            after = page.next();
            afterVersion = page.nextVersion();
            return new Page(page.entries(), after.isEmpty());
        }
    }
}
