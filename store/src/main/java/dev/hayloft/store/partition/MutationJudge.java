package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleOrigin;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Decides what becomes of a mutation, by what its key has once everything appended before is published.
 *
 * <p><i>Threads:</i> the writer.
 */
final class MutationJudge {
    private static final long ABSENT = 0;

    private final Overlay overlay;
    private final VersionChain chain;
    private final VersionPlan plan;
    private final InstantSource clock;

    MutationJudge(Overlay overlay, VersionChain chain, InstantSource clock) {
        this.overlay = overlay;
        this.chain = chain;
        this.plan = new VersionPlan(chain);
        this.clock = clock;
    }

    /**
     * What is to be written, or the answer that is known without writing anything.
     *
     * @param steps empty exactly when there is an answer
     * @param answer what becomes of it then
     */
    record Judgement(List<VersionStep> steps, Optional<Mutation.Outcome> answer) {
        private static Judgement answer(Mutation.Outcome outcome) {
            return new Judgement(List.of(), Optional.of(outcome));
        }
    }

    Judgement judge(Mutation.OfKey mutation) {
        long expected = mutation.expectedVersion();
        if (expected != Mutation.ANY) {
            long actual = visibleVersion(mutation.hash());
            boolean holds = expected == Mutation.PRESENT ? actual != ABSENT : actual == expected;
            if (!holds) {
                return Judgement.answer(new Mutation.Outcome.Mismatch(actual));
            }
        }
        if (mutation instanceof Mutation.Leave leave) {
            return leave(leave);
        }
        if (mutation instanceof Mutation.Delete delete) {
            List<VersionStep> steps = plan(delete);
            return steps.isEmpty() ? Judgement.answer(nothingToDelete(delete)) : new Judgement(steps, Optional.empty());
        }
        return new Judgement(store((Mutation.Put) mutation), Optional.empty());
    }

    private Judgement leave(Mutation.Leave leave) {
        List<Long> versions = chain.versions(leave.hash());
        return versions.equals(leave.versions())
                ? new Judgement(plan.leave(leave.hash()), Optional.empty())
                : Judgement.answer(new Mutation.Outcome.Mismatch(versions.isEmpty() ? ABSENT : versions.get(0)));
    }

    private List<VersionStep> store(Mutation.Put put) {
        if (put.moved()) {
            return plan.move();
        }
        long takesOver = put.content().takesOver();
        Optional<Location> head = takesOver == 0 ? Optional.empty() : chain.head(put.hash());
        boolean ofThisKey =
                head.filter(location -> location.version() == takesOver).isPresent();
        return ofThisKey
                ? plan.supersede(put.hash(), put.gate().rules(), head.get())
                : plan.store(put.hash(), put.gate().rules());
    }

    private List<VersionStep> plan(Mutation.Delete delete) {
        return switch (delete.scope()) {
            case NEWEST -> plan.delete(delete.hash(), delete.gate().rules());
            case VERSION -> plan.deleteVersion(delete.hash(), delete.version());
            case ALL -> plan.deleteAll(delete.hash(), NeedleOrigin.PURGE);
            case DISPLACED -> plan.deleteAll(delete.hash(), NeedleOrigin.RENAME);
            case MOVED_MARKER -> plan.moveMarker();
            case EXPIRED -> plan.expire(delete.hash(), delete.version(), clock.millis());
        };
    }

    /** A judged mutation stands in a frame as this version. */
    void stored(KeyHash hash, long version) {
        plan.stored(hash, version);
    }

    private Mutation.Outcome nothingToDelete(Mutation.Delete delete) {
        long marker = delete.scope() != Mutation.Scope.NEWEST
                ? ABSENT
                : chain.head(delete.hash()).map(Location::version).orElse(ABSENT);
        return new Mutation.Outcome.Applied(marker, false, marker != ABSENT);
    }

    /** The version that a read would find; 0 behind a marker and when its time is over. */
    long visibleVersion(KeyHash hash) {
        return overlay.find(hash)
                .filter(location -> isVisible(location, clock.millis()))
                .map(Location::version)
                .orElse(ABSENT);
    }

    static boolean isVisible(Location head, long nowMillis) {
        return !head.has(Location.MARKER) && !head.isExpired(nowMillis);
    }
}
