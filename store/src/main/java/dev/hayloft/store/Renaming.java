package dev.hayloft.store;

import dev.hayloft.index.KeyHash;
import dev.hayloft.index.Location;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.model.Durability;
import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import dev.hayloft.store.partition.Mutation.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One attempt at a rename: the group of its steps, and what must stay open until it is written. What stood under the
 * new name goes, the versions come there from the oldest to the newest, and the old name goes with exactly these.
 */
final class Renaming implements AutoCloseable {
    /** Content that stands in the frame has at most this together; the rest goes into extents. */
    private static final long INLINE_BYTES_MAX = 2 << 20;

    private final BucketState bucket;
    private final RenameRequest request;
    private final ObjectReads reads;
    private final Deduplication deduplication;
    private final Durability durability;
    private final List<StoredObject> opened = new ArrayList<>();
    private final List<Carried> carried = new ArrayList<>();
    private long inlineBytes;

    Renaming(BucketState bucket, RenameRequest request, ObjectReads reads, Deduplication deduplication) {
        this.bucket = bucket;
        this.request = request;
        this.reads = reads;
        this.deduplication = deduplication;
        this.durability = request.durability().orElse(bucket.bucket().settings().durability());
    }

    /**
     * The steps: that which judges what stands under the new name is the first one.
     *
     * @param source the newest version, open as long as this
     * @return empty when the key has changed since it was opened
     */
    Optional<Mutation.Group> group(StoredObject source, long nowMillis) {
        KeyHash from = hash(request.from());
        List<Location> versions = bucket.partition().reader().versions(from, Long.MAX_VALUE, Integer.MAX_VALUE);
        if (versions.isEmpty() || versions.get(0).version() != source.info().version()) {
            return Optional.empty();
        }
        boolean history = bucket.gate().rules().mayHaveOlder();
        long expected = request.overwrite() ? Mutation.ANY : 0;
        List<Mutation.OfKey> steps = new ArrayList<>();
        if (history) {
            steps.add(delete(expected, Scope.DISPLACED));
        }
        for (int i = versions.size() - 1; i > 0; i--) {
            Location version = versions.get(i);
            if (version.has(Location.MARKER)) {
                steps.add(delete(Mutation.ANY, Scope.MOVED_MARKER));
            } else if (!version.isExpired(nowMillis)) {
                ReadAttempt attempt = reads.read(bucket, request.from(), OptionalLong.of(version.version()), true);
                if (!(attempt instanceof ReadAttempt.Found found)) {
                    return Optional.empty();
                }
                opened.add(found.object());
                ObjectAttributes attributes = found.object().info().attributes().unrenamed();
                steps.add(put(found.object(), attributes, Mutation.ANY, true));
            }
        }
        ObjectAttributes attributes =
                source.info().attributes().renamedFrom(request.from().toString());
        steps.add(put(
                source,
                attributes,
                history ? Mutation.ANY : expected,
                versions.get(0).has(Location.KEPT)));
        List<Long> numbers = versions.stream().map(Location::version).toList();
        steps.add(new Mutation.Leave(
                bucket.gate(),
                from,
                request.from().utf8(),
                numbers,
                durability,
                request.to().utf8()));
        return Optional.of(new Mutation.Group(bucket.gate(), steps, durability));
    }

    private Mutation.Put put(StoredObject object, ObjectAttributes attributes, long expected, boolean kept) {
        Carried content = Carried.takenOver(
                object, new Carried.Target(bucket, deduplication, Math.max(0, INLINE_BYTES_MAX - inlineBytes)));
        carried.add(content);
        inlineBytes += content.inlineBytes();
        return new Mutation.Put(
                bucket.gate(),
                hash(request.to()),
                request.to().utf8(),
                expected,
                durability,
                bucket.sealed(request.to().utf8(), content.content(attributes, NeedleOrigin.RENAME)),
                kept);
    }

    private Mutation.Delete delete(long expected, Scope scope) {
        return new Mutation.Delete(
                bucket.gate(), hash(request.to()), request.to().utf8(), expected, durability, scope, 0);
    }

    private KeyHash hash(ObjectKey key) {
        return bucket.partition().reader().hash(bucket.id(), key);
    }

    /** The group is written. */
    RenameResult written(Outcome.GroupApplied outcome) {
        carried.forEach(Carried::keep);
        List<Outcome.Applied> steps = outcome.steps();
        return new RenameResult(
                request.to(),
                steps.get(steps.size() - 2).version(),
                steps.get(0).existed());
    }

    @Override
    public void close() {
        carried.forEach(Carried::close);
        opened.forEach(StoredObject::close);
    }
}
