package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.DirectoryChange;
import dev.hayloft.index.DirectoryEntry;
import dev.hayloft.index.DirectoryExpiry;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.error.HayloftException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes appended mutations true for readers: index, figures, directory, in the order of the log. Applying reads no
 * clock and no random source: whatever it needs was stamped by the writer.
 *
 * <p><i>Threads:</i> one at a time, under the partition's publication lock; {@link #publishedSequence} any.
 */
final class Publisher {
    private static final Logger LOG = System.getLogger(Publisher.class.getName());

    private final PointIndex index;
    private final Directory directory;
    private final Tallies tallies;
    private final PartitionWriter writer;
    private final MovePublishing moves;
    private final Consumer<Location> onReplacedManifest;
    private final RecordPublishing records;
    private final NeedleReader reader;
    private final SharedContent shared;
    private final VersionChain chain;
    private final PartitionFeed feed;
    private final Set<Integer> bucketIds = new HashSet<>();
    private final List<DirectoryChange> changes = new ArrayList<>();
    private final ManifestWatch watch;
    private Optional<Pending> changing = Optional.empty(); // Whose step is being applied.
    private Set<Long> takenOver = Set.of(); // Versions whose extents live on, by the mutation that is being applied.

    private volatile long publishedSequence; // Written last in publish; whoever reads it sees all that came before.
    private volatile long publishedPosition; // Likewise.

    /**
     * A publisher that goes on after what recovery applied.
     *
     * @param moves publishes what compaction moved
     * @param onReplacedManifest told of each manifest that no key points at any more; must not block
     */
    Publisher(
            PointIndex index,
            Directory directory,
            Tallies tallies,
            PartitionWriter writer,
            MovePublishing moves,
            NeedleReader reader,
            SharedContent shared,
            PartitionFeed feed,
            Consumer<Location> onReplacedManifest,
            long lastSequence,
            long position) {
        this.index = index;
        this.directory = directory;
        this.tallies = tallies;
        this.writer = writer;
        this.moves = moves;
        this.reader = reader;
        this.shared = shared;
        this.chain = new VersionChain(reader.hasher(), index.slots(), new VersionChain.Watcher() {
            @Override
            public void came(Location location) {
                tallies.live(location);
            }

            @Override
            public void went(Location location) {
                retire(location);
            }
        });
        this.feed = feed;
        this.watch = new ManifestWatch(reader.hasher());
        this.onReplacedManifest = onReplacedManifest;
        this.records = new RecordPublishing(index, tallies, this::replacedByRecord);
        this.publishedSequence = lastSequence;
        this.publishedPosition = position;
    }

    /** Publishes a group; everything in it is as durable as it was asked to be. */
    void publish(List<Pending> group) {
        long lastSequence = publishedSequence;
        long position = publishedPosition;
        for (Pending pending : group) {
            takenOver = takenOver(pending);
            if (pending.isGroup() && !pending.isFailed()) {
                index.together(() -> pending.parts().forEach(this::applyIfAppended));
                pending.decide(new Mutation.Outcome.GroupApplied(
                        pending.steps().stream().map(Pending::applied).toList()));
            } else {
                applyIfAppended(pending);
            }
            for (Pending part : pending.parts()) {
                lastSequence = part.isAppended() ? Math.max(lastSequence, part.sequence()) : lastSequence;
                position = part.isAppended() ? part.framePosition() : position;
                noteForFeed(part);
            }
        }
        if (lastSequence > publishedSequence) { // Also without a change: listings wait for the sequence.
            directory.submit(List.copyOf(changes), lastSequence, position);
            changes.clear();
        }
        publishedPosition = position;
        publishedSequence = lastSequence;
        if (!bucketIds.isEmpty()) {
            feed.published(bucketIds, lastSequence);
            bucketIds.clear();
        }
    }

    /** The versions whose extents the mutation's objects go on naming. */
    private static Set<Long> takenOver(Pending pending) {
        Set<Long> versions = Set.of();
        for (Pending part : pending.parts()) {
            if (part.mutation() instanceof Mutation.Put put && put.content().takesOver() != 0) {
                versions = versions.isEmpty() ? new HashSet<>() : versions;
                versions.add(put.content().takesOver());
            }
        }
        return versions;
    }

    private void noteForFeed(Pending pending) {
        Mutation mutation = pending.mutation();
        if (!pending.isAppended() || mutation instanceof Mutation.Move) {
            return; // What is only moved is nothing new.
        }
        long firstSequence = pending.sequence();
        if (mutation instanceof Mutation.OfKey ofKey) {
            bucketIds.add(ofKey.gate().bucketId());
        } else if (mutation instanceof Mutation.Records records) {
            bucketIds.add(records.gate().bucketId());
            firstSequence = records.group().sequence(0);
        }
        feed.note(firstSequence, pending.framePosition());
    }

    private void applyIfAppended(Pending pending) {
        if (pending.isAppended()) {
            apply(pending);
        }
    }

    private void apply(Pending pending) {
        Mutation mutation = pending.mutation();
        if (mutation instanceof Mutation.OfKey ofKey) {
            int bucketId = ofKey.gate().bucketId();
            VersionStep step = pending.step().orElseThrow();
            Location location = location(pending, ofKey, step);
            tallies.appended(LogPosition.volume(location.position()), bucketId, 1, pending.needleSize());
            apply(pending, ofKey, step, location);
            writer.forget(pending);
        } else if (mutation instanceof Mutation.Move move) {
            moves.apply(pending, move);
        } else if (mutation instanceof Mutation.Extent extent) {
            int bucketId = extent.gate().bucketId();
            int flags = Location.EXTENT | (extent.shared().isPresent() ? Location.SHARED : 0);
            Location location = pending.location(bucketId, extent.contentSizeBytes(), flags);
            tallies.appended(LogPosition.volume(location.position()), bucketId, 1, pending.needleSize());
            if (extent.shared().isPresent()) {
                KeyHash content = reader.hasher()
                        .content(
                                bucketId,
                                extent.shared().get(),
                                extent.contentSizeBytes(),
                                extent.coding().encrypted());
                index.putShared(content, pending.hash(), location);
            } else {
                index.put(pending.hash(), location);
            }
            tallies.live(location);
        } else if (mutation instanceof Mutation.Records group) {
            records.publish(group.group(), changes);
            writer.forget(group.group());
        }
    }

    private void replacedByRecord(Location head) {
        changing = Optional.empty(); // Should it expire, its time passes unheard.
        retire(head);
        tallies.headChanged(Optional.of(head), Optional.empty());
    }

    private static Location location(Pending pending, Mutation.OfKey mutation, VersionStep step) {
        int bucketId = mutation.gate().bucketId();
        int flags = VersionSteps.flags(step);
        if (step instanceof VersionStep.Store && mutation instanceof Mutation.Put put) {
            Mutation.Content content = put.content();
            boolean expires = content.expiresAtMillis().isPresent();
            int ofContent = (content.manifest() ? Location.MANIFEST : 0)
                    | (content.isSharing() ? Location.SHARED : 0)
                    | (expires ? Location.EXPIRES : 0);
            long expiresAt = content.expiresAtMillis().orElse(0);
            return pending.location(bucketId, content.contentSizeBytes(), flags | ofContent, 0, expiresAt);
        }
        return pending.location(bucketId, 0, flags, VersionSteps.named(step), 0);
    }

    private void apply(Pending pending, Mutation.OfKey mutation, VersionStep step, Location location) {
        KeyHash hash = pending.hash();
        changing = Optional.of(pending);
        if (step instanceof VersionStep.Store // Not of what else the put ends.
                && mutation instanceof Mutation.Put put
                && put.content().isSharing()
                && put.content().takesOver() == 0) {
            shared.named(location.bucketId(), put.content().payload());
        }
        index.offer(hash, location);
        Optional<Location> before;
        Optional<Location> after;
        if (mutation.gate().rules().mayHaveOlder()) {
            before = chain.head(hash);
            VersionSteps.apply(chain, hash, step, location);
            after = chain.head(hash);
        } else if (step instanceof VersionStep.Store) {
            before = index.replace(hash, location);
            after = Optional.of(location);
            before.ifPresent(this::retire);
            tallies.live(location);
        } else {
            before = index.takeOut(hash);
            after = Optional.empty();
            before.ifPresent(this::retire);
        }
        tallies.headChanged(before, after);
        watch.changed(hash, before);
        boolean existed = before.filter(head -> MutationJudge.isVisible(head, location.timeMillis()))
                .isPresent();
        pending.decide(new Mutation.Outcome.Applied(pending.version(), existed, step instanceof VersionStep.Mark));
        list(pending, mutation, before, after);
    }

    private void retire(Location previous) {
        tallies.dead(previous);
        if (previous.has(Location.MANIFEST) && !takenOver.contains(previous.version())) {
            onReplacedManifest.accept(previous);
        }
        if (previous.has(Location.EXPIRES) && changing.isPresent()) {
            Pending cause = changing.get();
            ByteBuffer key = ((Mutation.OfKey) cause.mutation()).key();
            DirectoryExpiry expiry =
                    new DirectoryExpiry(previous.expiresAtMillis(), previous.version(), previous.bucketId(), key);
            changes.add(new DirectoryChange.Expired(expiry, cause.sequence()));
        }
    }

    /** Brings the directory's line of a key up to its newest version. */
    private void list(Pending pending, Mutation.OfKey mutation, Optional<Location> before, Optional<Location> after) {
        int bucketId = mutation.gate().bucketId();
        if (after.isEmpty()) {
            changes.add(new DirectoryChange.Delete(bucketId, mutation.key(), pending.sequence()));
        } else if (after.get().version() == pending.version()) {
            changes.add(new DirectoryChange.Put(entry(mutation, after.get()), pending.sequence()));
        } else if (before.filter(head -> head.version() == after.get().version())
                .isEmpty()) {
            changes.add(promoted(mutation, after.get(), pending.sequence()));
        }
    }

    /** A version that has come up again: what a listing shows of it stands in its needle alone. */
    private DirectoryChange promoted(Mutation.OfKey mutation, Location location, long sequence) {
        if (location.has(Location.MARKER)) {
            return new DirectoryChange.Put(entry(mutation, location), sequence);
        }
        try (OpenNeedle needle = reader.readAt(location).orElseThrow(NeedleReader::moving)) {
            DirectoryEntry entry = DirectoryReplay.entry(location, needle.view());
            return new DirectoryChange.Put(entry, sequence);
        } catch (HayloftException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "A version that has become the newest cannot be read: it is not listed.", e);
            return new DirectoryChange.Delete(location.bucketId(), mutation.key(), sequence);
        }
    }

    private static DirectoryEntry entry(Mutation.OfKey mutation, Location location) {
        if (location.has(Location.MARKER)) {
            return DirectoryEntry.marker(
                    location.bucketId(), mutation.key(), location.version(), location.timeMillis());
        }
        Mutation.Put put = (Mutation.Put) mutation;
        return new DirectoryEntry(
                location.bucketId(),
                put.key(),
                location.version(),
                location.contentSize(),
                location.timeMillis(),
                put.content().sha256().orElseThrow(),
                put.content().expiresAtMillis(),
                put.content().attributes());
    }

    /** Notes which manifests may have moved; under the publication lock. */
    ManifestWatch manifestWatch() {
        return watch;
    }

    /** Every mutation up to this one is readable. */
    long publishedSequence() {
        return publishedSequence;
    }

    /** The frame of that mutation. */
    long publishedPosition() {
        return publishedPosition;
    }
}
