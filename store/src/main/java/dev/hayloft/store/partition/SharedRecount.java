package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.model.error.HayloftException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Counts anew how often shared content is named, before a partition serves: reads every manifest of buckets that have
 * such content, in the order of the log. What nothing names goes. Should a manifest not be readable, nothing goes until
 * a later count: repair may bring it back.
 *
 * <p><i>Threads:</i> one, with the index to itself.
 */
final class SharedRecount {
    private static final Logger LOG = System.getLogger(SharedRecount.class.getName());
    private static final int PASS_MAX = 1 << 19;

    private final KeyIndex index;
    private final KeyHasher hasher;
    private final NeedleReader reader;
    private final boolean isWhole;
    private final Set<Integer> bucketIds = new HashSet<>();
    private long contents;
    private long aliases;

    /**
     * Of an index.
     *
     * @param isWhole whether the index knows every manifest; otherwise nothing goes either
     */
    SharedRecount(KeyIndex index, KeyHasher hasher, NeedleReader reader, boolean isWhole) {
        this.index = index;
        this.hasher = hasher;
        this.reader = reader;
        this.isWhole = isWhole;
    }

    private record Entry(KeyHash hash, Location location) {}

    /** Counts, and with that what lives of each volume and bucket. */
    void count(Tallies tallies) {
        tallies.clearLive();
        index.forEach((hash, location) -> {
            tallies.recount(location);
            see(location);
        });
        if (run()) {
            tallies.clearLive();
            index.forEach((hash, location) -> tallies.recount(location));
        }
    }

    /** Is shown every entry of the index, before {@link #run}. */
    private void see(Location location) {
        if (location.isSharedContent()) {
            contents++;
            bucketIds.add(location.bucketId());
        } else if (location.has(Location.ALIAS)) {
            aliases++;
        }
    }

    /** Counts, if there is anything to be counted; answers whether there was. */
    private boolean run() {
        if (contents == 0 && aliases == 0) {
            return false;
        }
        change(contents, Location::isSharedContent, entry -> entry.withLink(0));
        Predicate<Location> isNaming =
                location -> (location.flags() & Location.MANIFEST) != 0 && bucketIds.contains(location.bucketId());
        long manifests = count(isNaming);
        long unreadable = 0;
        long slices = manifests / PASS_MAX + 1;
        for (long slice = 0; slice < slices; slice++) {
            for (Entry manifest : collect(slice, slices, isNaming)) {
                unreadable += count(manifest.location()) ? 0 : 1;
            }
        }
        if (unreadable == 0 && isWhole) {
            remove(contents, location -> location.isSharedContent() && location.link() == 0);
        } else {
            change(contents, Location::isSharedContent, entry -> entry.withLink(entry.link() + Location.UNCOUNTED));
        }
        remove(aliases, location -> location.has(Location.ALIAS) && isDangling(location));
        LOG.log(
                unreadable == 0 ? Level.INFO : Level.WARNING,
                "Counted {0} manifests of {1} shared contents; {2} manifests cannot be read.",
                manifests,
                contents,
                unreadable);
        return true;
    }

    private boolean isDangling(Location alias) {
        return index.find(hasher.extent(alias.bucketId(), alias.version()))
                .filter(Location::isSharedContent)
                .isEmpty();
    }

    private boolean count(Location location) {
        try (OpenNeedle needle = reader.readAt(location).orElseThrow(NeedleReader::moving)) {
            int bucketId = location.bucketId();
            return new ManifestExtents(reader, bucketId)
                    .forEach(needle.view().payload(), id -> name(hasher.extent(bucketId, id)));
        } catch (HayloftException e) {
            LOG.log(Level.WARNING, "A manifest of shared content cannot be read; none of it is given up for now.", e);
            return false;
        }
    }

    private void name(KeyHash extent) {
        Optional<Location> known = index.find(extent).filter(Location::isSharedContent);
        known.ifPresent(entry -> index.put(extent, entry.withLink(entry.link() + 1)));
    }

    private void change(long count, Predicate<Location> wanted, UnaryOperator<Location> change) {
        forEach(count, wanted, entry -> index.put(entry.hash(), change.apply(entry.location())));
    }

    private void remove(long count, Predicate<Location> wanted) {
        forEach(count, wanted, entry -> index.remove(entry.hash()));
    }

    private void forEach(long count, Predicate<Location> wanted, Consumer<Entry> step) {
        long slices = count / PASS_MAX + 1;
        for (long slice = 0; slice < slices; slice++) {
            for (Entry entry : collect(slice, slices, wanted)) {
                step.accept(entry);
            }
        }
    }

    private long count(Predicate<Location> wanted) {
        long[] count = new long[1];
        index.forEach((hash, location) -> count[0] += wanted.test(location) ? 1 : 0);
        return count[0];
    }

    private List<Entry> collect(long slice, long slices, Predicate<Location> wanted) {
        List<Entry> found = new ArrayList<>();
        index.forEach((hash, location) -> {
            if (Long.remainderUnsigned(hash.low(), slices) == slice && wanted.test(location)) {
                found.add(new Entry(hash, location));
            }
        });
        found.sort(Comparator.comparingLong(entry -> entry.location().position()));
        return found;
    }
}
