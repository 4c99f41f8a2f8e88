package dev.hayloft.store.partition;

import dev.hayloft.index.Directory;
import dev.hayloft.index.KeyHash;
import dev.hayloft.index.KeyHasher;
import dev.hayloft.index.KeyIndex;
import dev.hayloft.index.Location;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.model.Durability;
import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.model.error.StoreClosedException;
import dev.hayloft.store.parity.ParityKeeper;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.IntPredicate;

/**
 * The unit of everything: one log, one index, one directory, one writer.
 *
 * <p><i>Order:</i> append, force, publish, acknowledge; a mutation acknowledged from memory skips the force and nothing
 * else. Publication follows the order of the log, and every answer, a refused condition too, waits for what it was
 * judged by.
 *
 * <p><i>Threads:</i> {@link #submit} any, never blocks. The writer thread drains a bounded ring and appends; the
 * flusher thread forces, publishes and completes, while the writer gathers the next group. A group that needs no force
 * and has none ahead of it is published by the writer itself: no second thread is woken for it.
 */
public final class Partition implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Partition.class.getName());
    private static final int BATCH_MAX = 1024;

    private final PartitionConfig config;
    private final VersionClock versions;
    private final PartitionParts parts;
    private final PartitionWriter writer;
    private final Publisher publisher;
    private final ExtentReaper reaper;
    private final NeedleReader reader;
    private final SharedContent shared;
    private final PartitionFeed feed;

    private final MutationRing ring;
    private final GroupQueue groups = new GroupQueue();
    private final Object publication = new Object();
    private final Object forcing = new Object();
    private final ForceFigures forces = new ForceFigures();
    private final RetiredIndexes retired = new RetiredIndexes();
    private final MaintenanceTurn maintenance = new MaintenanceTurn();
    private final LongAdder mutations = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Thread writerThread;
    private final Thread flusherThread;

    private volatile boolean mayHaveLostExtents; // Set before a search for them and behind one.
    private volatile boolean stopping; // Set by stopBackground; long work looks at it between two steps.
    private volatile Optional<String> problem = Optional.empty(); // Set once by the first failure.

    private Partition(PartitionConfig config, PartitionParts parts, InstantSource clock, VersionClock versions) {
        this.config = config;
        this.versions = versions;
        this.parts = parts;
        this.ring = new MutationRing(config.queueCapacity(), config.queueBytes());
        this.reader = new NeedleReader(parts.log(), parts.index(), parts.hasher());
        this.writer = new PartitionWriter(
                parts.log(),
                parts.index(),
                parts.hasher(),
                versions,
                clock,
                new RecordWriting(parts.producers()),
                parts.nextSequence());
        this.reaper = new ExtentReaper(this, reader);
        this.shared = new SharedContent(this, parts, reader, reaper);
        this.feed = new PartitionFeed(this, parts, reader);
        this.publisher = new Publisher(
                parts.index(),
                parts.directory(),
                parts.tallies(),
                writer,
                new MovePublishing(parts.index(), parts.tallies(), new Liveness(parts.index(), parts.hasher())),
                reader,
                shared,
                feed,
                reaper::retire,
                parts.nextSequence() - 1,
                parts.log().end());
        this.writerThread = new Thread(this::write, "hayloft-writer-" + config.name());
        this.flusherThread = new Thread(this::flush, "hayloft-flusher-" + config.name());
    }

    /** Takes over what recovery has opened, and starts to take mutations. */
    public static Partition start(
            PartitionConfig config, PartitionParts parts, InstantSource clock, VersionClock versions) {
        Partition partition = new Partition(config, parts, clock, versions);
        partition.writerThread.start();
        partition.flusherThread.start();
        partition.reaper.start();
        return partition;
    }

    /**
     * Hands a mutation to the writer. The stage completes on a thread of the partition.
     *
     * @throws CapacityException {@code too-many-requests} when the ring is full
     * @throws StoreClosedException when the partition is closed or read-only
     */
    public CompletionStage<Mutation.Outcome> submit(Mutation mutation) {
        checkHealthy();
        Pending pending = new Pending(mutation);
        return accepted(pending, ring.offer(pending));
    }

    /**
     * As {@link #submit}, but waits in line instead of being refused; for callers that bound what they have under way.
     */
    public CompletionStage<Mutation.Outcome> submitPatiently(Mutation mutation) {
        checkHealthy();
        Pending pending = new Pending(mutation);
        return accepted(pending, ring.offerPatiently(pending));
    }

    private CompletionStage<Mutation.Outcome> accepted(Pending pending, MutationRing.Answer answer) {
        if (answer == MutationRing.Answer.FULL) {
            refused.increment();
        }
        answer.check(config.name());
        return pending.future();
    }

    private void checkHealthy() {
        if (problem.isPresent()) {
            throw PartitionWriter.readOnly().with("reason", problem.get());
        }
    }

    // The writer thread.

    private void write() {
        List<Pending> batch = new ArrayList<>();
        boolean isOpen = true;
        while (isOpen) {
            try {
                isOpen = ring.take(batch, BATCH_MAX);
            } catch (InterruptedException e) {
                fail("The writer was interrupted.", e);
            }
            if (!batch.isEmpty()) {
                writeOrRefuse(List.copyOf(batch));
                batch.clear();
            }
        }
        groups.putLast();
    }

    /** Also after a failure the thread goes on: whatever still stands in the ring has somebody who waits for it. */
    private void writeOrRefuse(List<Pending> batch) {
        if (problem.isEmpty()) {
            try {
                writeBatch(batch);
                return;
            } catch (RuntimeException | Error e) {
                fail("The writer failed.", e);
            }
        } else {
            ring.taken(batch);
        }
        batch.forEach(pending -> {
            pending.fail(PartitionWriter.readOnly());
            pending.complete();
        });
    }

    private void writeBatch(List<Pending> batch) {
        boolean needsForce = batch.stream().anyMatch(PartitionWriter::needsForce);
        List<Pending> group;
        try {
            group = writer.write(batch);
        } finally {
            ring.taken(batch);
        }
        writer.brokenLog().ifPresent(reason -> fail("A write to the log failed.", reason));
        mutations.add(batch.size());
        if (!needsForce && groups.isEmpty()) {
            publish(group);
        } else {
            groups.put(group, needsForce);
        }
    }

    // The flusher thread.

    private void flush() {
        boolean stopping = false;
        while (!stopping) {
            try {
                stopping = flushGroups(groups.take());
            } catch (InterruptedException e) {
                fail("The flusher was interrupted.", e); // Groups are still coming; they are failed below.
            }
        }
    }

    private boolean flushGroups(List<GroupQueue.Group> waiting) {
        if (waiting.stream().anyMatch(GroupQueue.Group::needsForce)) {
            force();
        }
        boolean last = false;
        for (GroupQueue.Group group : waiting) {
            publish(group.pendings());
            last |= groups.done(group);
        }
        return last;
    }

    /** Forces what is appended; after a failure the partition is read-only for good. Any thread. */
    public void force() {
        synchronized (forcing) {
            if (problem.isPresent()) {
                return;
            }
            try {
                forces.measure(parts.log()::force);
            } catch (HayloftException e) {
                fail("A force failed: what was acknowledged from memory may be lost.", e);
            }
        }
    }

    /** What is due now and then; the store calls it twice in each memory-sync interval. */
    public void housekeep() {
        if (parts.log().unforcedBytes() > 0) {
            force();
        }
        Optional<String> figures;
        synchronized (publication) {
            AppliedMark.Applied now =
                    new AppliedMark.Applied(publisher.publishedSequence(), publisher.publishedPosition());
            parts.applied().write(now.sequence(), now.position());
            boolean isTrue = problem.isEmpty(); // A group that was published in part counts in part.
            figures = isTrue ? parts.running().due(now, versions.last(), parts.tallies()) : Optional.empty();
        }
        figures.ifPresent(parts.running()::write);
        retired.tidy();
    }

    private void publish(List<Pending> group) {
        if (problem.isPresent()) {
            group.forEach(pending -> pending.fail(PartitionWriter.readOnly()));
        } else {
            try {
                synchronized (publication) {
                    publisher.publish(group);
                    parts.running().published(group);
                    parts.applied().note(publisher.publishedSequence(), publisher.publishedPosition());
                }
            } catch (RuntimeException | Error e) {
                fail("Publishing failed: index and log may differ until restart.", e);
                group.forEach(pending -> pending.fail(PartitionWriter.readOnly()));
            }
        }
        group.forEach(Pending::complete);
    }

    private void fail(String sentence, Throwable cause) {
        if (problem.isEmpty()) {
            problem = Optional.of(sentence);
            LOG.log(Level.ERROR, "Partition " + config.name() + " is read-only. " + sentence, cause);
        }
    }

    /** Runs a change to the index by itself, between two publications. */
    void exclusively(Runnable change) {
        synchronized (publication) {
            change.run();
        }
    }

    /** Notes manifests that move; for use within {@link #exclusively}. */
    ManifestWatch manifestWatch() {
        return publisher.manifestWatch();
    }

    /** Extents that several manifests may name. */
    public SharedContent shared() {
        return shared;
    }

    /** Gives up the extents of an upload that was not committed. */
    public void abandon(int bucketId, List<Long> extentIds) {
        reaper.abandon(bucketId, extentIds);
    }

    /**
     * Drops every entry of a bucket that is gone. Blocks while it walks the index.
     *
     * @return false when it was stopped before it was done
     */
    public boolean dropBucket(int bucketId) {
        return IndexTidying.dropBucket(this, bucketId);
    }

    /**
     * Builds index and directory anew while the partition serves; returns the number of entries.
     *
     * @param isLiving whether a bucket exists
     * @throws RequestException {@code conflict} while another rebuild is at work: mutations reach one new index only
     */
    public long rebuildIndex(IntPredicate isLiving, RebuildWatcher watcher) {
        return maintenance.rebuild(
                config.name(), () -> watcher.isCancelled() || stopping, () -> new IndexRebuild(this, isLiving, watcher)
                        .run());
    }

    /** Looks for extents that an earlier start left behind; a clean stop before that is done says so. */
    void findLostExtents(Executor background) {
        mayHaveLostExtents = true;
        background.execute(() -> lookedForLostExtents(IndexTidying.dropLostExtents(this)));
    }

    /** Somebody has looked; unless all were found a clean stop asks the next start to look again. */
    void lookedForLostExtents(boolean allFound) {
        mayHaveLostExtents = !allFound;
    }

    /** The turns of work on whole volumes. */
    public MaintenanceTurn maintenance() {
        return maintenance;
    }

    /** Makes it durable that a volume is gone. */
    void recordGone(int volume, long lastDroppedDeletion) {
        parts.ledger().gone(volume, publisher.publishedSequence(), versions.last(), lastDroppedDeletion);
    }

    /** Followers of changes before this sequence may have missed a deletion, because compaction has dropped it. */
    public long lastDroppedDeletion() {
        return parts.ledger().record().lastDroppedDeletion();
    }

    /** Returns when every manifest that was replaced before the call has been read, and its extents dropped. */
    void awaitReaper() {
        reaper.await();
    }

    /** Closes an index that is no longer the current one, once no read can still be on it, and removes its files. */
    void retireIndex(KeyIndex old, Path generation) {
        retired.add(old, generation);
    }

    long publishedSequence() {
        return publisher.publishedSequence();
    }

    long publishedPosition() {
        return publisher.publishedPosition();
    }

    /** Asks background work to end between two of its steps; the partition itself goes on. */
    public void stopBackground() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** The shards of its volumes, and what is known of damage. */
    public ParityKeeper parity() {
        return parts.parity();
    }

    /** Shows every entry of the index; what changes meanwhile may be missed or shown. */
    public void forEachEntry(BiConsumer<KeyHash, Location> visitor) {
        parts.index().forEach(visitor);
    }

    /** Sees to it that a sealed volume has a hint file that can be read; answers whether one had to be written. */
    public boolean ensureHint(int volume) {
        return parts.hints().ensure(parts.log(), volume);
    }

    /** A stage that completes when everything submitted before is published, and forced if so asked. */
    public CompletionStage<Mutation.Outcome> barrier(Durability durability) {
        return submit(new Mutation.Barrier(durability));
    }

    /** Completes when the directory shows everything published so far. */
    public CompletionStage<Void> whenListed() {
        return parts.directory().whenApplied(publisher.publishedSequence());
    }

    /** The mutations in their order. */
    public PartitionFeed feed() {
        return feed;
    }

    public NeedleReader reader() {
        return reader;
    }

    public Directory directory() {
        return parts.directory();
    }

    public VolumeLog log() {
        return parts.log();
    }

    public KeyHasher hasher() {
        return parts.hasher();
    }

    public Tallies tallies() {
        return parts.tallies();
    }

    /** Log, index and the rest. */
    PartitionParts parts() {
        return parts;
    }

    /** What it was opened with. */
    public PartitionConfig config() {
        return config;
    }

    /** Empty while the partition takes writes. */
    public Optional<String> problem() {
        return problem;
    }

    /** Figures for status and metrics. */
    public PartitionFigures figures() {
        return new PartitionFigures(
                ring.depth(),
                config.queueCapacity(),
                parts.log().unforcedBytes(),
                parts.index().status(),
                mutations.sum(),
                writer.frames(),
                writer.appendedBytes(),
                refused.sum(),
                forces.count(),
                forces.nanos(),
                forces.nanosMax());
    }

    /** Completes what was accepted, forces it, and closes log, index and directory. Idempotent. */
    @Override
    public void close() {
        if (ring.isClosed()) {
            return;
        }
        ring.close();
        stopBackground();
        Joining.join(writerThread);
        Joining.join(flusherThread);
        reaper.close();
        feed.close();
        force();
        try {
            retired.clear();
        } finally {
            boolean isHealthy = problem.isEmpty() && !reaper.hasMissed();
            parts.close(isHealthy, mayHaveLostExtents, publisher.publishedSequence(), versions.last());
        }
    }

    /** For stages that must not fail for want of room: completes exceptionally instead of throwing. */
    public CompletableFuture<Mutation.Outcome> trySubmit(Mutation mutation) {
        try {
            return submit(mutation).toCompletableFuture();
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
