package dev.hayloft.store.partition;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleHead;
import dev.hayloft.log.format.NeedleType;
import java.util.List;
import java.util.Optional;

/** A step as a needle, as flags of the index, and as a change of a chain. Pure functions. */
final class VersionSteps {
    private VersionSteps() {}

    /** The step that answers for the mutation: what comes on top, or the only one. */
    static VersionStep main(List<VersionStep> steps) {
        for (VersionStep step : steps) {
            if (step instanceof VersionStep.Store || step instanceof VersionStep.Mark) {
                return step;
            }
        }
        return steps.get(0);
    }

    /** The head of a step's needle. */
    static NeedleHead head(VersionStep step, Mutation.OfKey mutation) {
        if (step instanceof VersionStep.Store store && mutation instanceof Mutation.Put put) {
            Mutation.Content content = put.content();
            return new NeedleHead(
                    NeedleType.OBJECT,
                    content.coding(),
                    content.manifest(),
                    content.contentSizeBytes(),
                    content.sha256(),
                    content.expiresAtMillis(),
                    Optional.empty(),
                    store.kept() ? NeedleHead.KEPT : 0,
                    content.origin());
        }
        return tombstone(step);
    }

    private static NeedleHead tombstone(VersionStep step) {
        if (step instanceof VersionStep.Mark mark) {
            return NeedleHead.tombstone(0, NeedleHead.MARKER | (mark.kept() ? NeedleHead.KEPT : 0), mark.origin());
        } else if (step instanceof VersionStep.End end) {
            return NeedleHead.tombstone(end.version(), end.wasKept() ? NeedleHead.KEPT : 0, end.origin());
        } else if (step instanceof VersionStep.EndUpTo end) {
            return NeedleHead.tombstone(end.version(), NeedleHead.MARKER | NeedleHead.KEPT, end.origin());
        } else if (step instanceof VersionStep.EndAll end) {
            return NeedleHead.tombstone(0, 0, end.origin());
        }
        throw new AssertionError(step);
    }

    /** The flags that the index has for a step's own needle, those of the content aside. */
    static int flags(VersionStep step) {
        if (step instanceof VersionStep.Store store) {
            return store.kept() ? Location.KEPT : 0;
        } else if (step instanceof VersionStep.Mark mark) {
            return Location.TOMBSTONE | Location.MARKER | (mark.kept() ? Location.KEPT : 0);
        } else if (step instanceof VersionStep.End end) {
            return Location.TOMBSTONE | (end.wasKept() ? Location.KEPT : 0);
        } else if (step instanceof VersionStep.EndUpTo) {
            return Location.TOMBSTONE | Location.UP_TO | Location.KEPT;
        }
        return Location.TOMBSTONE;
    }

    /** The version that a step's needle names, 0 for none. */
    static long named(VersionStep step) {
        if (step instanceof VersionStep.End end) {
            return end.version();
        }
        return step instanceof VersionStep.EndUpTo end ? end.version() : 0;
    }

    /** Makes a step true. */
    static void apply(VersionChain chain, KeyHash key, VersionStep step, Location location) {
        if (step instanceof VersionStep.End end) {
            chain.end(key, end.version());
        } else if (step instanceof VersionStep.EndUpTo end) {
            chain.endUpTo(key, end.version(), end.newer());
        } else if (step instanceof VersionStep.EndAll) {
            chain.endAll(key);
        } else {
            chain.push(key, location);
        }
    }
}
