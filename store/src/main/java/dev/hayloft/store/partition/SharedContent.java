package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.CorruptionException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Extents that several manifests may name. The index counts how many times living manifests name each, and finds it by
 * what it is; both are views, made anew from the manifests after an unclean stop, see {@link SharedRecount}.
 *
 * <p>Whoever is about to commit a manifest holds its extents until the manifest counts. An extent goes when nothing
 * names it and nobody holds it, both judged at once: so what a put has found cannot go before the put is done.
 *
 * <p><i>Threads:</i> any, except {@link #named}: the publisher. Where both are needed, the publication lock comes
 * before that of a hold.
 */
public final class SharedContent {
    private final Partition partition;
    private final PointIndex index;
    private final KeyHasher hasher;
    private final Tallies tallies;
    private final NeedleReader reader;
    private final ExtentReaper reaper;
    private final ConcurrentHashMap<Long, Integer> holds = new ConcurrentHashMap<>(); // By id of an extent.

    SharedContent(Partition partition, PartitionParts parts, NeedleReader reader, ExtentReaper reaper) {
        this.partition = partition;
        this.index = parts.index();
        this.hasher = parts.hasher();
        this.tallies = parts.tallies();
        this.reader = reader;
        this.reaper = reaper;
    }

    /**
     * Finds content of a bucket and holds it until {@link #release}: its extent's id.
     *
     * @param content see {@link KeyHasher#content}
     */
    public OptionalLong hold(int bucketId, KeyHash content) {
        Optional<Location> alias = index.find(content);
        return alias.isPresent() && hold(bucketId, alias.get().version())
                ? OptionalLong.of(alias.get().version())
                : OptionalLong.empty();
    }

    /** Holds an extent until {@link #release}; false when it is gone, or belongs to one manifest alone. */
    public boolean hold(int bucketId, long extentId) {
        KeyHash extent = hasher.extent(bucketId, extentId);
        boolean[] held = new boolean[1];
        holds.compute(extentId, (id, count) -> {
            held[0] = index.find(extent).filter(Location::isSharedContent).isPresent();
            return held[0] ? Integer.valueOf(count == null ? 1 : count + 1) : count;
        });
        return held[0];
    }

    /** Lets go of extents, once for each time they were held; what nothing names is dropped behind this. */
    public void release(int bucketId, List<Long> extentIds) {
        for (long extentId : extentIds) {
            boolean isHeld = holds.computeIfPresent(extentId, (id, count) -> count == 1 ? null : count - 1) != null;
            boolean mayGo = !isHeld
                    && index.find(hasher.extent(bucketId, extentId))
                            .filter(location -> location.link() == 0)
                            .isPresent();
            if (mayGo) {
                reaper.released(bucketId, List.of(extentId));
            }
        }
    }

    /**
     * A manifest becomes true that takes nothing over: what it names, at once or through lists, is named once more.
     * Under the publication lock; reads the lists, which were written a moment ago.
     *
     * @throws CorruptionException when a list cannot be read any more
     */
    void named(int bucketId, ByteBuffer payload) {
        boolean whole = new ManifestExtents(reader, bucketId).forEach(payload, id -> {
            KeyHash extent = hasher.extent(bucketId, id);
            index.find(extent).filter(Location::isSharedContent).ifPresent(location -> relink(extent, location, 1));
        });
        if (!whole) {
            throw new CorruptionException("A list of extents is not where it was just written.");
        }
    }

    private Location relink(KeyHash extent, Location location, int change) {
        Location changed = location.withLink(location.link() + change);
        index.relink(extent, changed);
        tallies.relinked(location, changed);
        return changed;
    }

    /**
     * A manifest that named this extent is no more, or an upload that wrote it for itself alone. Takes the publication
     * lock.
     *
     * @param manifest its needle, if it is at hand
     */
    void unnamed(int bucketId, long extentId, Optional<NeedleView> manifest) {
        KeyHash extent = hasher.extent(bucketId, extentId);
        List<Location> free = new ArrayList<>(1);
        partition.exclusively(() -> {
            Optional<Location> known = index.find(extent);
            if (known.isPresent() && known.get().isSharedContent()) {
                Location left = known.get().link() == 0 ? known.get() : relink(extent, known.get(), -1);
                if (left.link() == 0) {
                    free.add(left);
                }
            } else {
                index.remove(extent).ifPresent(tallies::dead);
            }
        });
        for (Location location : free) {
            drop(
                    location,
                    manifest.flatMap(needle -> whole(bucketId, extentId, needle))
                            .orElseGet(() -> contentOf(location)));
        }
    }

    /** What finds it, if it is all of the object whose manifest this is. */
    private Optional<KeyHash> whole(int bucketId, long extentId, NeedleView manifest) {
        Sha256 digest = manifest.sha256().orElseThrow(NeedleReader::moving);
        return Stream.of(false, true)
                .map(encrypted -> hasher.content(bucketId, digest, manifest.contentSize(), encrypted))
                .filter(content -> leadsTo(content, extentId))
                .findFirst();
    }

    /** Drops shared content that nothing names, unless somebody holds it. Takes the publication lock. */
    void dropUnnamed(int bucketId, long extentId) {
        index.find(hasher.extent(bucketId, extentId))
                .filter(location -> location.isSharedContent() && location.link() == 0)
                .ifPresent(location -> drop(location, contentOf(location)));
    }

    /** What finds it; reads it, because only its needle says that. */
    private KeyHash contentOf(Location location) {
        try (OpenNeedle needle = reader.readAt(location).orElseThrow(NeedleReader::moving)) {
            return hasher.content(
                    location.bucketId(),
                    needle.view().sha256().orElseThrow(NeedleReader::moving),
                    location.contentSize(),
                    needle.view().coding().encrypted());
        }
    }

    private boolean leadsTo(KeyHash content, long extentId) {
        return index.find(content).filter(alias -> alias.version() == extentId).isPresent();
    }

    private void drop(Location gone, KeyHash content) {
        long extentId = gone.version();
        KeyHash extent = hasher.extent(gone.bucketId(), extentId);
        partition.exclusively(() -> holds.compute(extentId, (id, count) -> {
            Optional<Location> known = index.find(extent).filter(location -> location.link() == 0);
            if (count == null && known.isPresent()) {
                if (leadsTo(content, extentId)) {
                    index.remove(content);
                }
                index.remove(extent).ifPresent(tallies::dead);
            }
            return count;
        }));
    }
}
