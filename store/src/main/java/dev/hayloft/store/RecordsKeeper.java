package dev.hayloft.store;

import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.store.SystemRecords.Written;
import dev.hayloft.store.folder.RecordsCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps the second copy of the store's records as they change, and puts back from it what the system partition has
 * lost. A copy is a state that the records were in: what belongs together is in it as a whole or not at all.
 *
 * <p><i>Threads:</i> any.
 */
final class RecordsKeeper {
    private static final Logger LOG = System.getLogger(RecordsKeeper.class.getName());

    /** The copy takes one part of the time in so many. */
    private static final int SHARE = 100;

    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** So often a copy is begun anew because records changed meanwhile; then they wait. */
    private static final int TRIES = 3;

    private static final int PUTS_MAX = 1000;
    private static final int NAMED_MAX = 100;

    /** Stands in the log while an older or lost folder is being filled from the copy. */
    private static final String RESTORING = "restoring";

    /** Records that come and go, and large ones, which the copy does without. */
    private static final List<String> LEFT_OUT = List.of(
            SystemRecords.JOBS,
            SystemRecords.VERSIONS,
            DictionaryRecords.BYTES,
            "front/user-used/",
            RecordsKeeper.RESTORING);

    /** Records without which a start is refused. */
    private static final List<String> NEEDED = List.of(BucketRecords.PREFIX, BucketKeys.PREFIX, BucketRegistry.IDS);

    private static final String LOST = "Records of the system partition are lost or damaged, and in no copy: {0}";

    private final SystemRecords records;
    private final RecordsCopy copy;
    private final LongAdder restored = new LongAdder();

    /** Held for reading by whoever changes records, for writing by who must see none half changed. */
    private final ReentrantReadWriteLock changing = new ReentrantReadWriteLock();

    private final AtomicLong changes = new AtomicLong();

    /** Names that are in the copy and should not be there any more. */
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean isBehind = new AtomicBoolean();
    private final ThreadLocal<Boolean> isDueAtOnce = ThreadLocal.withInitial(() -> false);
    private volatile boolean hadAll;
    private boolean isCompared;
    private long restsUntilNanos = System.nanoTime();

    RecordsKeeper(SystemRecords records, RecordsCopy copy) {
        this.records = records;
        this.copy = copy;
    }

    static boolean isCopied(String name) {
        return LEFT_OUT.stream().noneMatch(name::startsWith);
    }

    /** Changes records that belong together. */
    <T> T together(Supplier<T> work) {
        changing.readLock().lock();
        try {
            return work.get();
        } finally {
            changing.readLock().unlock();
            if (changing.getReadHoldCount() == 0 && isDueAtOnce.get()) {
                isDueAtOnce.remove();
                settleIfPossible();
            }
        }
    }

    /** Changes one record. */
    <T> T change(String name, Supplier<T> work) {
        if (!isCopied(name)) {
            return work.get();
        }
        return together(() -> {
            changes.incrementAndGet();
            isBehind.set(true);
            deleted.remove(name);
            return work.get();
        });
    }

    /** Deletes one record. While others may be lost, a start could take it for one of them: the copy goes along. */
    void delete(String name, Runnable work) {
        change(name, () -> {
            work.run();
            if (isCopied(name)) {
                deleted.add(name);
            }
            if (isCopied(name) && (restored.sum() > 0 || records.areDamaged())) {
                isDueAtOnce.set(true);
            }
            return name;
        });
    }

    /** Whether a copy had all records at the start: then they are there. */
    boolean hadAll() {
        return hadAll;
    }

    /** Puts back every record that cannot be read, where the copy has it; answers how many. */
    long restoreDamaged() {
        long before = restored.sum();
        List<String> lost = new ArrayList<>();
        forEachCopied((name, version) -> {
            try {
                records.listed(name);
            } catch (CorruptionException e) {
                lost.add(name);
            }
        });
        tell(LOST, lost);
        return restored.sum() - before;
    }

    private void forEachCopied(SystemRecords.LineSink sink) {
        try {
            records.forEachListed("", (name, version) -> {
                if (isCopied(name)) {
                    sink.take(name, version);
                }
            });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * At a start: puts back all that the partition has lost, or does not have yet, being older than the copy.
     *
     * @throws CorruptionException when an earlier start was cut off in that, and the copy is gone since
     */
    void restoreMissing() {
        Optional<RecordsCopy.Summary> summary = copy.summary();
        boolean isBegun = records.listedVersion(RESTORING).isPresent();
        if (summary.isEmpty()) {
            if (isBegun) {
                throw new CorruptionException(
                        "Records of the system partition were being put back from the file RECORDS when a start was cut"
                                + " off, and that file is gone or damaged. Put it back, or the folder \"system\" from a"
                                + " backup. Nothing was deleted.");
            }
            return;
        }
        long version = summary.get().version();
        boolean isOlder = isBegun || version > records.lastVersion();
        hadAll = summary.get().isComplete() && (isOlder || !isNewer(version));
        if (!isOlder && !records.areDamaged()) {
            return;
        }
        if (isOlder) {
            records.passOver(version); // What is put back is newer, whatever the clock says.
            Futures.await(records.put(RESTORING, "version=" + version + "\n"));
        }
        restoreMissing(isOlder);
        if (isOlder) {
            records.delete(RESTORING);
        }
    }

    /** Whether the partition has records that were written behind the copy: then others may be in neither. */
    private boolean isNewer(long version) {
        boolean[] isNewer = new boolean[1];
        forEachCopied((name, written) -> isNewer[0] |= written > version);
        return isNewer[0];
    }

    private void restoreMissing(boolean isOlder) {
        List<String> missing = new ArrayList<>();
        List<CompletionStage<Long>> puts = new ArrayList<>();
        Set<String> known = new HashSet<>();
        copy.forEach((name, version, text) -> {
            if (isOlder) {
                known.add(name);
            }
            if (isMissing(name, version, isOlder)) {
                puts.add(records.put(name, text));
                missing.add(name);
            }
            if (puts.size() == PUTS_MAX) {
                awaitAll(puts);
            }
        });
        awaitAll(puts);
        restored.add(missing.size());
        if (!missing.isEmpty()) {
            isBehind.set(true);
        }
        tell(
                isOlder
                        ? "The system partition is older than the copy of its records, or was lost; these were put back"
                                + " from the copy: {0}"
                        : "The system partition is damaged; these of its records were put back from their copy: {0}",
                missing);
        if (isOlder) {
            tell(
                    "The system partition has records that are not in their newer copy, and keeps them; what should be"
                            + " gone must be deleted again: {0}",
                    unknown(known));
        }
    }

    private boolean isMissing(String name, long version, boolean isOlder) {
        OptionalLong listed = records.listedVersion(name);
        if (listed.isEmpty() || (isOlder && listed.getAsLong() < version)) {
            return true;
        }
        if (version < listed.getAsLong()) {
            return false;
        }
        try {
            records.intact(name);
            return false;
        } catch (CorruptionException damaged) {
            return true;
        }
    }

    private static void awaitAll(List<CompletionStage<Long>> puts) {
        puts.forEach(Futures::await);
        puts.clear();
    }

    private List<String> unknown(Set<String> known) {
        List<String> unknown = new ArrayList<>();
        forEachCopied((name, version) -> {
            if (!known.contains(name)) {
                unknown.add(name);
            }
        });
        return unknown;
    }

    private static void tell(String sentence, List<String> names) {
        if (!names.isEmpty()) {
            String named = String.join(", ", names.subList(0, Math.min(names.size(), NAMED_MAX)));
            int more = names.size() - NAMED_MAX;
            LOG.log(Level.WARNING, sentence, more > 0 ? named + " and " + more + " more" : named);
        }
    }

    /**
     * Puts back a record that is listed and cannot be read, and with it all others of which that is so.
     *
     * @param lost thrown where the copy does not have it either, or an older state of it
     * @return nothing when it has been deleted meanwhile
     */
    Optional<Written> restore(String name, CorruptionException lost) {
        if (!isCopied(name)) {
            throw lost;
        }
        if (changing.getReadHoldCount() > 0) { // Whoever changes others now cannot wait for all changes to end.
            return Optional.of(kept(name, lost));
        }
        changing.writeLock().lock();
        try {
            restoreUnreadable();
            return records.intact(name); // Or somebody has put it right meanwhile, or deleted it.
        } finally {
            changing.writeLock().unlock();
        }
    }

    private Written kept(String name, CorruptionException lost) {
        OptionalLong listed = records.listedVersion(name);
        List<Written> kept = new ArrayList<>();
        copy.forEach((other, version, text) -> {
            if (other.equals(name) && listed.isPresent() && version >= listed.getAsLong()) {
                kept.add(new Written(version, text));
            }
        });
        return kept.stream().findFirst().orElseThrow(() -> lost);
    }

    /** Under the lock, so that nobody writes a record that is being put back. */
    private void restoreUnreadable() {
        List<String> names = new ArrayList<>();
        copy.forEach((name, version, text) -> {
            if (records.listedVersion(name).isPresent() && isMissing(name, version, false)) {
                Futures.await(records.put(name, text));
                names.add(name);
            }
        });
        if (!names.isEmpty()) {
            restored.add(names.size());
            changes.incrementAndGet();
            isBehind.set(true);
            tell(
                    "Records of the system partition are lost or damaged; these were put back from their copy: {0}",
                    names);
        }
    }

    /** Writes the copy anew if records have changed since, and not too often. */
    synchronized void keep() {
        if (System.nanoTime() - restsUntilNanos >= 0) {
            settle();
        }
    }

    /** Writes the copy anew if records have changed since; what fails is told, and tried again later. */
    synchronized void settleIfPossible() {
        try {
            settle();
        } catch (RuntimeException failed) {
            LOG.log(Level.WARNING, "The copy of the store's records could not be written; it stays as it was.", failed);
        }
    }

    private void settle() {
        if (!isCompared) {
            if (isOtherThanCopy()) {
                isBehind.set(true);
            }
            isCompared = true;
        }
        if (!isBehind.getAndSet(false)) {
            return;
        }
        long start = System.nanoTime();
        boolean isWritten = false;
        try {
            isWritten = write();
        } finally {
            long end = System.nanoTime();
            restsUntilNanos = end + (isWritten ? SHARE * (end - start) : AGAIN_NANOS);
            if (!isWritten) {
                isBehind.set(true);
            }
        }
    }

    /** Whether a start finds other records than the copy has, by their names' number and their versions. */
    private boolean isOtherThanCopy() {
        Optional<RecordsCopy.Summary> summary = copy.summary();
        if (summary.isEmpty()) {
            return true;
        }
        long[] found = new long[2];
        forEachCopied((name, version) -> {
            found[0]++;
            found[1] = Math.max(found[1], version);
        });
        return found[0] != summary.get().records() || found[1] > summary.get().version();
    }

    private boolean write() {
        for (int i = 1; i < TRIES; i++) {
            if (tryWrite()) {
                return true;
            }
        }
        changing.writeLock().lock();
        try {
            return tryWrite();
        } finally {
            changing.writeLock().unlock();
        }
    }

    /** Answers whether no record has changed meanwhile. */
    private boolean tryWrite() {
        long before = completedChanges();
        Set<String> gone = Set.copyOf(deleted);
        RecordsCopy.Prepared prepared =
                copy.prepare(records.lastVersion(), !records.mayBeMissing(), sink -> give(sink, gone));
        changing.writeLock().lock();
        try {
            if (changes.get() != before) {
                prepared.discard();
                return false;
            }
            prepared.adopt();
            deleted.removeAll(gone);
            return true;
        } finally {
            changing.writeLock().unlock();
        }
    }

    /** How many there have been, of which none is half done. */
    private long completedChanges() {
        changing.writeLock().lock();
        try {
            return changes.get();
        } finally {
            changing.writeLock().unlock();
        }
    }

    private void give(RecordsCopy.Sink sink, Set<String> gone) throws IOException {
        Set<String> unreadable = new HashSet<>();
        forEachCopied((name, version) -> {
            try {
                Optional<Written> record = records.listed(name);
                if (record.isPresent()) {
                    sink.take(name, record.get().version(), record.get().text());
                }
            } catch (CorruptionException lost) {
                unreadable.add(name);
            }
        });
        boolean areDamaged = records.areDamaged();
        if (areDamaged || !unreadable.isEmpty()) { // Then what is not listed may be lost, and not deleted.
            copy.forEach((name, version, text) -> {
                boolean isLost = areDamaged
                        && !gone.contains(name)
                        && records.listedVersion(name).isEmpty();
                if (unreadable.remove(name) || isLost) {
                    sink.take(name, version, text);
                }
            });
        }
        tell(LOST, List.copyOf(unreadable));
        if (unreadable.stream().anyMatch(name -> NEEDED.stream().anyMatch(name::startsWith))) {
            throw new IOException("Records that a start needs cannot be read.");
        }
    }
}
