package dev.hayloft.store;

import dev.hayloft.log.format.AttributesFormat;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.Check;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.content.Encoded;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.Mutation.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Batches: one group of mutations in one frame. Values that would make the frame too large go into extents first, the
 * largest first; the frame then names them.
 *
 * <p><i>Threads:</i> any; nothing blocks.
 */
final class GroupWrites {
    /** Values that stand in the frame have at most this together: the rest of it is keys and metadata. */
    private static final int INLINE_BYTES_MAX = 2 << 20;

    private final BucketRegistry buckets;
    private final ObjectWrites writes;

    GroupWrites(BucketRegistry buckets, ObjectWrites writes) {
        this.buckets = buckets;
        this.writes = writes;
    }

    CompletionStage<BatchResult> batch(BucketName name, List<BatchStep> steps, Optional<Durability> durability) {
        Check.argument(steps.size() <= ObjectVerbs.BATCH_STEPS_MAX, "a batch has at most 10000 steps");
        try {
            BucketState bucket = buckets.require(name);
            long putBytes = 0;
            for (BatchStep step : steps) {
                putBytes += step instanceof BatchStep.Put put ? put.content().remaining() : 0;
            }
            writes.admit(bucket, putBytes);
            Durability asked = durability.orElse(bucket.bucket().settings().durability());
            Spill spill = new Spill(bucket, writes.deduplication());
            return spill.write(notForFrame(bucket, steps))
                    .thenCompose(unused -> bucket.partition().trySubmit(group(bucket, steps, spill, asked)))
                    .thenApply(outcome -> result(outcome, steps))
                    .whenComplete((result, failure) -> spill.end(failure == null));
        } catch (HayloftException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The puts whose values go into extents. */
    private static List<BatchStep.Put> notForFrame(BucketState bucket, List<BatchStep> steps) {
        List<BatchStep.Put> puts = new ArrayList<>();
        List<BatchStep.Put> spilled = new ArrayList<>();
        long inlineBytes = 0;
        for (BatchStep step : steps) {
            if (step instanceof BatchStep.Put put
                    && Deduplication.applies(bucket, put.content().remaining())) {
                spilled.add(put);
            } else if (step instanceof BatchStep.Put put) {
                puts.add(put);
                inlineBytes += put.content().remaining();
            }
        }
        puts.sort(Comparator.comparingInt(put -> -put.content().remaining()));
        for (BatchStep.Put put : puts) {
            boolean fits = inlineBytes <= INLINE_BYTES_MAX && put.content().remaining() <= ObjectStore.EXTENT_SIZE;
            if (fits) {
                break;
            }
            spilled.add(put);
            inlineBytes -= put.content().remaining();
        }
        return spilled;
    }

    private Mutation.Group group(BucketState bucket, List<BatchStep> steps, Spill spill, Durability durability) {
        List<Mutation.OfKey> mutations = new ArrayList<>(steps.size());
        for (BatchStep step : steps) {
            var hash = bucket.partition().reader().hash(bucket.id(), step.key());
            long expected = step.ifVersion().orElse(Mutation.ANY);
            ByteBuffer key = step.key().utf8();
            if (step instanceof BatchStep.Put put) {
                Optional<long[]> ids = spill.ids(put);
                Encoded stored = ids.map(named -> new Encoded(
                                ManifestFormat.encode(ObjectStore.EXTENT_SIZE, named),
                                spill.isSharing(put) ? Coding.SHARED : Coding.RAW))
                        .orElseGet(() -> bucket.encode(put.attributes().contentType(), put.content(), put.sha256()));
                Mutation.Content content = new Mutation.Content(
                        AttributesFormat.encode(put.attributes()),
                        stored.payload(),
                        ids.isPresent(),
                        put.content().remaining(),
                        Optional.of(put.sha256()),
                        writes.expiresAt(bucket, Optional.empty()),
                        stored.coding());
                mutations.add(
                        new Mutation.Put(bucket.gate(), hash, key, expected, durability, bucket.sealed(key, content)));
            } else {
                mutations.add(new Mutation.Delete(bucket.gate(), hash, key, expected, durability));
            }
        }
        return new Mutation.Group(bucket.gate(), mutations, durability);
    }

    private static BatchResult result(Outcome outcome, List<BatchStep> steps) {
        if (outcome instanceof Outcome.GroupMismatch mismatch) {
            throw new RequestException(ErrorCode.PRECONDITION_FAILED, "The condition does not hold for this record.")
                    .with("record", mismatch.step())
                    .with("key", steps.get(mismatch.step()).key())
                    .with("version", mismatch.actualVersion() == 0 ? "absent" : mismatch.actualVersion());
        }
        List<Long> versions = ((Outcome.GroupApplied) outcome)
                .steps().stream().map(Outcome.Applied::version).toList();
        return new BatchResult(
                versions.stream().mapToLong(Long::longValue).max().orElse(0), versions);
    }

    /** Values on their way into extents. */
    private static final class Spill {
        private final BucketState bucket;
        private final Deduplication deduplication;
        private final IdentityHashMap<BatchStep.Put, long[]> ids = new IdentityHashMap<>(); // Equal values are two.
        private final IdentityHashMap<BatchStep.Put, Boolean> sharing = new IdentityHashMap<>();
        private final List<Long> written = new ArrayList<>(); // Guarded by itself.
        private final List<Long> held = new ArrayList<>(); // Guarded by written.
        private boolean ended; // Guarded by written.

        Spill(BucketState bucket, Deduplication deduplication) {
            this.bucket = bucket;
            this.deduplication = deduplication;
        }

        CompletionStage<Void> write(List<BatchStep.Put> puts) {
            List<CompletableFuture<Void>> extents = new ArrayList<>();
            for (BatchStep.Put put : puts) {
                int size = put.content().remaining();
                long[] mine = new long[(size + ObjectStore.EXTENT_SIZE - 1) / ObjectStore.EXTENT_SIZE];
                ids.put(put, mine);
                for (int i = 0; i < mine.length; i++) {
                    int slot = i;
                    int from = i * ObjectStore.EXTENT_SIZE;
                    ByteBuffer slice = put.content()
                            .slice(put.content().position() + from, Math.min(ObjectStore.EXTENT_SIZE, size - from));
                    boolean isShared = Deduplication.applies(bucket, slice.remaining());
                    if (isShared) {
                        sharing.put(put, true);
                    }
                    extents.add(
                            write(put, slice, isShared).toCompletableFuture().thenAccept(id -> {
                                mine[slot] = id;
                                landed(id, isShared);
                            }));
                }
            }
            return CompletableFuture.allOf(extents.toArray(CompletableFuture[]::new));
        }

        private CompletionStage<Long> write(BatchStep.Put put, ByteBuffer slice, boolean isShared) {
            String contentType = put.attributes().contentType();
            if (isShared) {
                boolean isWhole = slice.remaining() == put.content().remaining();
                Sha256 digest = isWhole ? put.sha256() : Sha256.of(slice);
                Deduplication.Piece piece = new Deduplication.Piece(contentType, slice, digest);
                return deduplication.hold(bucket, piece, bucket.partition()::submitPatiently);
            }
            return bucket.partition()
                    .submitPatiently(bucket.extent(contentType, slice))
                    .thenApply(outcome -> ((Outcome.Applied) outcome).version());
        }

        private void landed(long id, boolean isShared) {
            boolean orphan;
            synchronized (written) {
                orphan = ended;
                (isShared ? held : written).add(id);
            }
            if (orphan) {
                end(false);
            }
        }

        /** The extents of a value; empty when it stands in the frame. */
        Optional<long[]> ids(BatchStep.Put put) {
            return Optional.ofNullable(ids.get(put));
        }

        /** Whether some of them may be others' too. */
        boolean isSharing(BatchStep.Put put) {
            return sharing.containsKey(put);
        }

        /** Lets go of what is shared, and, unless the batch holds, gives up the rest. */
        void end(boolean happened) {
            List<Long> orphans;
            List<Long> released;
            synchronized (written) {
                ended = true;
                orphans = happened ? List.of() : List.copyOf(written);
                released = List.copyOf(held);
                written.clear();
                held.clear();
            }
            bucket.partition().abandon(bucket.id(), orphans);
            bucket.partition().shared().release(bucket.id(), released);
        }
    }
}
