package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleOrigin;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * From a mutation and what its key has, to the needles that make it true. Says nothing when nothing has to be written.
 *
 * <p><i>Threads:</i> the writer.
 */
final class VersionPlan {
    private static final List<VersionStep> PLAIN_STORE = List.of(new VersionStep.Store(false));
    private static final List<VersionStep> PLAIN_DELETE = List.of(new VersionStep.EndAll(NeedleOrigin.PUT));

    private static final List<VersionStep> LEAVE = List.of(new VersionStep.EndAll(NeedleOrigin.RENAME));
    private static final List<VersionStep> MOVE = List.of(new VersionStep.Store(true));
    private static final List<VersionStep> MOVE_MARKER = List.of(new VersionStep.Mark(true, NeedleOrigin.RENAME));

    private static final int RUN_VERSIONS_MIN = 64;
    private static final int RUN_VERSIONS_MAX = 1 << 18;

    private final VersionChain chain;
    /** Versions, the oldest first, of keys with many that were put lately: a long chain is not walked at each put. */
    private final LinkedHashMap<KeyHash, ArrayDeque<Long>> runs = new LinkedHashMap<>(16, 0.75f, true);

    private long runVersions;

    VersionPlan(VersionChain chain) {
        this.chain = chain;
    }

    /** The steps of a put. */
    List<VersionStep> store(KeyHash key, BucketGate.Rules rules) {
        if (!rules.mayHaveOlder()) {
            return PLAIN_STORE;
        }
        List<VersionStep> steps = new ArrayList<>();
        Optional<Location> replaced = Optional.empty();
        if (!rules.keep()) {
            forget(key);
            Optional<Location> hidden = findHiddenUnkept(key);
            hidden.ifPresent(entry -> steps.add(drop(entry)));
            replaced = hidden.isPresent() ? hidden : chain.head(key).filter(head -> !head.has(Location.KEPT));
        }
        steps.add(new VersionStep.Store(rules.keep()));
        if (rules.versionsMax() > 0 && replaced.isEmpty()) { // What takes another's place makes no more of them.
            pruneRun(key, rules.versionsMax() - 1, steps);
        }
        return steps;
    }

    /** The steps of a put that takes the newest version's place, kept or not. */
    List<VersionStep> supersede(KeyHash key, BucketGate.Rules rules, Location newest) {
        if (!rules.mayHaveOlder()) {
            return PLAIN_STORE;
        }
        forget(key);
        List<VersionStep> steps = new ArrayList<>();
        boolean stays = rules.keep() || newest.has(Location.KEPT);
        if (!rules.keep()) {
            findHiddenUnkept(key).ifPresent(hidden -> steps.add(drop(hidden)));
        }
        steps.add(new VersionStep.Store(rules.keep()));
        if (stays) {
            steps.add(drop(newest));
        }
        return steps;
    }

    /** As {@link #prune}, without walking along what is known from the last time. */
    private void pruneRun(KeyHash key, int keepMax, List<VersionStep> steps) {
        ArrayDeque<Long> run = run(key);
        int sizeBefore = run.size();
        long victim = 0;
        while (run.size() > keepMax) {
            victim = run.removeFirst();
        }
        runVersions -= runs.containsKey(key) ? sizeBefore - run.size() : 0;
        if (victim != 0) {
            long newer = run.isEmpty() ? 0 : run.getFirst();
            steps.add(new VersionStep.EndUpTo(victim, newer, NeedleOrigin.PUT));
        }
    }

    private ArrayDeque<Long> run(KeyHash key) {
        long head = chain.head(key).map(Location::version).orElse(0L);
        ArrayDeque<Long> known = runs.get(key);
        if (known != null && head == (known.isEmpty() ? 0 : known.getLast())) {
            return known;
        }
        forget(key);
        ArrayDeque<Long> run = new ArrayDeque<>();
        chain.walk(key, entry -> {
            run.addFirst(entry.version());
            return true;
        });
        if (run.size() < RUN_VERSIONS_MIN) {
            return run;
        }
        runs.put(key, run);
        runVersions += run.size();
        Iterator<ArrayDeque<Long>> oldest = runs.values().iterator();
        while (runVersions > RUN_VERSIONS_MAX && runs.size() > 1) {
            runVersions -= oldest.next().size();
            oldest.remove();
        }
        return run;
    }

    /** A version of the key was put on top. */
    void stored(KeyHash key, long version) {
        ArrayDeque<Long> run = runs.get(key);
        if (run != null) {
            run.addLast(version);
            runVersions++;
        }
    }

    /** The key's versions change in another way. */
    private void forget(KeyHash key) {
        ArrayDeque<Long> run = runs.remove(key);
        runVersions -= run == null ? 0 : run.size();
    }

    /** The version that is not kept, where a kept one hides it: a key has at most one that is not. */
    private Optional<Location> findHiddenUnkept(KeyHash key) {
        Optional<Location> head = chain.head(key);
        if (head.isEmpty() || !head.get().has(Location.KEPT)) {
            return Optional.empty();
        }
        List<Location> found = new ArrayList<>(1);
        chain.walk(key, entry -> {
            if (!entry.has(Location.KEPT)) {
                found.add(entry);
            }
            return found.isEmpty();
        });
        return found.stream().findFirst();
    }

    private static VersionStep drop(Location entry) {
        return new VersionStep.End(entry.version(), entry.has(Location.KEPT), NeedleOrigin.PUT);
    }

    /** Ends what is beyond so many of the versions there are before the mutation. */
    private void prune(KeyHash key, int keepMax, List<VersionStep> steps) {
        long[] newer = {0};
        long[] first = {0};
        int[] seen = {0};
        chain.walk(key, entry -> {
            if (seen[0]++ == keepMax) {
                first[0] = entry.version();
                return false;
            }
            newer[0] = entry.version();
            return true;
        });
        if (first[0] != 0) {
            steps.add(new VersionStep.EndUpTo(first[0], newer[0], NeedleOrigin.PUT));
        }
    }

    /** The steps of a delete that names no version. */
    List<VersionStep> delete(KeyHash key, BucketGate.Rules rules) {
        forget(key);
        Optional<Location> head = chain.head(key);
        if (rules.keep()) {
            List<VersionStep> steps = new ArrayList<>();
            steps.add(new VersionStep.Mark(true, NeedleOrigin.PUT));
            if (rules.versionsMax() > 0) {
                pruneUnderMarker(key, rules.versionsMax(), steps);
            }
            return steps;
        }
        if (head.isEmpty() || isUnkeptMarker(head.get())) {
            return List.of();
        }
        boolean older = head.get().link() != 0 || head.get().has(Location.KEPT);
        if (!older) {
            return PLAIN_DELETE;
        }
        List<VersionStep> steps = new ArrayList<>();
        findHiddenUnkept(key).ifPresent(hidden -> steps.add(drop(hidden)));
        steps.add(new VersionStep.Mark(false, NeedleOrigin.PUT));
        return steps;
    }

    private static boolean isUnkeptMarker(Location head) {
        return head.has(Location.MARKER) && !head.has(Location.KEPT);
    }

    /** The marker on top does not count, but a second one may not cost an object its place. */
    private void pruneUnderMarker(KeyHash key, int versionsMax, List<VersionStep> steps) {
        List<VersionStep> surplus = new ArrayList<>(1);
        prune(key, versionsMax, surplus);
        Optional<Location> head = chain.head(key);
        if (!surplus.isEmpty() && head.isPresent() && head.get().has(Location.MARKER)) {
            steps.add(drop(head.get()));
        } else {
            steps.addAll(surplus);
        }
    }

    /** The steps of a delete of one version. */
    List<VersionStep> deleteVersion(KeyHash key, long version) {
        forget(key);
        return chain.find(key, version)
                .filter(entry -> entry.version() == version)
                .<List<VersionStep>>map(
                        entry -> List.of(new VersionStep.End(version, entry.has(Location.KEPT), NeedleOrigin.PURGE)))
                .orElse(List.of());
    }

    /** The steps of a delete of all versions. */
    List<VersionStep> deleteAll(KeyHash key, NeedleOrigin origin) {
        forget(key);
        return chain.head(key).isPresent() ? List.of(new VersionStep.EndAll(origin)) : List.of();
    }

    /** The steps of a key's end by a rename. */
    List<VersionStep> leave(KeyHash key) {
        forget(key);
        return LEAVE;
    }

    /** The steps of a kept version that comes from another key, on top of what came before it. */
    List<VersionStep> move() {
        return MOVE;
    }

    /** The same of a delete marker. */
    List<VersionStep> moveMarker() {
        return MOVE_MARKER;
    }

    /** The steps of a version's end by its time; what it hid stays hidden. */
    List<VersionStep> expire(KeyHash key, long version, long nowMillis) {
        forget(key);
        Optional<Location> found =
                chain.find(key, version).filter(entry -> entry.version() == version && entry.isExpired(nowMillis));
        if (found.isEmpty()) {
            return List.of();
        }
        Location entry = found.get();
        boolean kept = entry.has(Location.KEPT);
        if (entry.has(Location.OLDER) || !hidesAnObject(key, nowMillis)) {
            return List.of(new VersionStep.End(version, kept, NeedleOrigin.EXPIRE));
        }
        VersionStep mark = new VersionStep.Mark(kept, NeedleOrigin.EXPIRE);
        return kept ? List.of(mark, new VersionStep.End(version, true, NeedleOrigin.PUT)) : List.of(mark);
    }

    /** Whether an object would come up if the newest version went. */
    private boolean hidesAnObject(KeyHash key, long nowMillis) {
        boolean[] hides = {false};
        boolean[] first = {true};
        chain.walk(key, entry -> {
            boolean isNewest = first[0];
            first[0] = false;
            if (isNewest || entry.isExpired(nowMillis)) {
                return true;
            }
            hides[0] = !entry.has(Location.MARKER);
            return false;
        });
        return hides[0];
    }
}
