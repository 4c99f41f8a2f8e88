package dev.hayloft.store.partition;

import dev.hayloft.compactor.MovedNeedle;
import dev.hayloft.index.KeyHash;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.FrameFormat;
import dev.hayloft.log.format.NeedleOrigin;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a partition's writer is asked to do. Immutable; buffers are read from position to limit and must not change
 * until the mutation's future completes.
 */
public sealed interface Mutation {
    /** Condition of a mutation that always happens. */
    long ANY = -1;

    /** Condition of a mutation that needs the key to exist, whatever its version. */
    long PRESENT = -2;

    /** Bytes of content that the mutation keeps in memory while it waits. */
    default int payloadSizeBytes() {
        return 0;
    }

    /** When the mutation may be acknowledged. */
    Durability durability();

    /** A mutation of one key of one bucket. */
    sealed interface OfKey extends Mutation {
        /** The bucket, and whether it still takes writes. */
        BucketGate gate();

        /** Hash of bucket and key. */
        KeyHash hash();

        /** The key's bytes. */
        ByteBuffer key();

        /** {@link #ANY}, {@link #PRESENT}, 0 for absent, or the version that must be there. */
        long expectedVersion();
    }

    /**
     * Stores an object.
     *
     * @param gate the bucket
     * @param hash of bucket and key
     * @param key its bytes
     * @param expectedVersion the condition
     * @param durability when to acknowledge
     * @param content what to store
     * @param moved whether it was a kept version under another key, and is one here whatever the bucket's settings say
     */
    record Put(
            BucketGate gate,
            KeyHash hash,
            ByteBuffer key,
            long expectedVersion,
            Durability durability,
            Content content,
            boolean moved)
            implements OfKey {
        /** What comes anew. */
        public Put(
                BucketGate gate,
                KeyHash hash,
                ByteBuffer key,
                long expectedVersion,
                Durability durability,
                Content content) {
            this(gate, hash, key, expectedVersion, durability, content, false);
        }

        @Override
        public int payloadSizeBytes() {
            return content.payload().remaining();
        }
    }

    /**
     * An object's attributes and bytes.
     *
     * @param attributes encoded
     * @param payload the bytes, or a manifest of extents
     * @param manifest whether the payload is a manifest
     * @param contentSizeBytes of the whole object
     * @param sha256 of the whole object
     * @param expiresAtMillis from when it is not shown any more
     * @param coding how the payload stands for the bytes
     * @param origin why it is written
     * @param takesOver the version whose extents are this object's from now on, because its manifest names them too, at
     *     once or through lists; 0 for none. It must go with the same mutation: a version of the same key that is the
     *     newest goes by itself, one of another key must go by a step of the same group. Shared content among them is
     *     named as often as before. What it had and this one does not name is the caller's to give up, by
     *     {@link Partition#abandon}
     */
    record Content(
            ByteBuffer attributes,
            ByteBuffer payload,
            boolean manifest,
            long contentSizeBytes,
            Optional<Sha256> sha256,
            OptionalLong expiresAtMillis,
            Coding coding,
            NeedleOrigin origin,
            long takesOver) {
        /** Content of a put. */
        public Content(
                ByteBuffer attributes,
                ByteBuffer payload,
                boolean manifest,
                long contentSizeBytes,
                Optional<Sha256> sha256,
                OptionalLong expiresAtMillis,
                Coding coding) {
            this(attributes, payload, manifest, contentSizeBytes, sha256, expiresAtMillis, coding, NeedleOrigin.PUT, 0);
        }

        /** Content as it is, or a manifest of extents, that does not expire. */
        public Content(
                ByteBuffer attributes,
                ByteBuffer payload,
                boolean manifest,
                long contentSizeBytes,
                Optional<Sha256> sha256) {
            this(attributes, payload, manifest, contentSizeBytes, sha256, OptionalLong.empty(), Coding.RAW);
        }

        /** The same with other attributes. */
        public Content withAttributes(ByteBuffer other) {
            return new Content(
                    other, payload, manifest, contentSizeBytes, sha256, expiresAtMillis, coding, origin, takesOver);
        }

        /** Whether it names content that others may name too. */
        public boolean isSharing() {
            return manifest && coding.shared();
        }

        /** The same with an end. */
        public Content until(OptionalLong newExpiresAtMillis) {
            return new Content(
                    attributes,
                    payload,
                    manifest,
                    contentSizeBytes,
                    sha256,
                    newExpiresAtMillis,
                    coding,
                    origin,
                    takesOver);
        }

        /** The same, written for this reason, with the extents of a version that goes with the mutation; 0 for none. */
        public Content because(NeedleOrigin newOrigin, long newTakesOver) {
            return new Content(
                    attributes,
                    payload,
                    manifest,
                    contentSizeBytes,
                    sha256,
                    expiresAtMillis,
                    coding,
                    newOrigin,
                    newTakesOver);
        }
    }

    /** What a delete takes out. */
    enum Scope {
        /** What a read finds; where versions are kept a marker goes on top. */
        NEWEST,
        /** One version. */
        VERSION,
        /** The key with all its versions. */
        ALL,
        /** One version, because its time is over. */
        EXPIRED,
        /** The key with all its versions, because another takes its name. */
        DISPLACED,
        /** Nothing: a marker that was kept under another key comes on top. */
        MOVED_MARKER
    }

    /**
     * The key goes with all its versions, because they stand under another one, by steps of the same group.
     *
     * @param gate the bucket
     * @param hash of bucket and key
     * @param key its bytes
     * @param versions those that it must have, no more and no fewer, the newest first
     * @param durability when to acknowledge
     * @param to the other key
     */
    record Leave(
            BucketGate gate, KeyHash hash, ByteBuffer key, List<Long> versions, Durability durability, ByteBuffer to)
            implements OfKey {
        public Leave {
            versions = List.copyOf(versions);
        }

        @Override
        public long expectedVersion() {
            return versions.get(0);
        }

        @Override
        public int payloadSizeBytes() {
            return to.remaining();
        }
    }

    /**
     * Deletes an object or versions of it; nothing is written when there is nothing to delete.
     *
     * @param gate the bucket
     * @param hash of bucket and key
     * @param key its bytes
     * @param expectedVersion the condition
     * @param durability when to acknowledge
     * @param scope what goes
     * @param version which version, for the scopes of one; else 0
     */
    record Delete(
            BucketGate gate,
            KeyHash hash,
            ByteBuffer key,
            long expectedVersion,
            Durability durability,
            Scope scope,
            long version)
            implements OfKey {
        /** Deletes what a read finds. */
        public Delete(BucketGate gate, KeyHash hash, ByteBuffer key, long expectedVersion, Durability durability) {
            this(gate, hash, key, expectedVersion, durability, Scope.NEWEST, 0);
        }
    }

    /**
     * Several steps that become true together: they are judged one after another, each on top of those before it, and
     * stand in one frame. The first that does not hold refuses all of them.
     *
     * @param gate the bucket of every step
     * @param steps in order; what they hold must fit a frame
     * @param durability when to acknowledge
     */
    record Group(BucketGate gate, List<OfKey> steps, Durability durability) implements Mutation {
        /** More than the head of any needle takes. */
        private static final int NEEDLE_HEAD_MAX = 128;

        /** Needles that a step needs at the most where versions are kept. */
        static final int NEEDLES_MAX = 3;

        public Group {
            steps = List.copyOf(steps);
        }

        /**
         * Makes sure that all of it fits one frame.
         *
         * @throws RequestException {@code too-large}
         */
        void checkFitsFrame() {
            long sizeBytes = FrameFormat.HEADER_SIZE;
            for (OfKey step : steps) {
                int needles = step.gate().rules().mayHaveOlder() ? NEEDLES_MAX : 1;
                sizeBytes += (long) needles * (NEEDLE_HEAD_MAX + step.key().remaining()) + step.payloadSizeBytes();
                sizeBytes +=
                        step instanceof Put put ? put.content().attributes().remaining() : 0;
            }
            if (sizeBytes > FrameFormat.SIZE_MAX) {
                throw new RequestException(
                                ErrorCode.TOO_LARGE, "Keys and metadata of a batch do not fit one write; split it.")
                        .with("bytes", sizeBytes)
                        .with("maximum", FrameFormat.SIZE_MAX);
            }
        }

        @Override
        public int payloadSizeBytes() {
            return steps.stream().mapToInt(Mutation::payloadSizeBytes).sum();
        }
    }

    /**
     * Stores an extent of an upload; its id is the version it gets.
     *
     * @param gate the bucket
     * @param payload as stored
     * @param contentSizeBytes as written, at most 1 MiB
     * @param coding how the one stands for the other
     * @param shared the digest of what was written, when several manifests may name the extent
     */
    record Extent(BucketGate gate, ByteBuffer payload, int contentSizeBytes, Coding coding, Optional<Sha256> shared)
            implements Mutation {
        /** An extent of one manifest. */
        public Extent(BucketGate gate, ByteBuffer payload, int contentSizeBytes, Coding coding) {
            this(gate, payload, contentSizeBytes, coding, Optional.empty());
        }

        /** An extent that is stored as it was written. */
        public Extent(BucketGate gate, ByteBuffer payload) {
            this(gate, payload, payload.remaining(), Coding.RAW);
        }

        @Override
        public int payloadSizeBytes() {
            return payload.remaining();
        }

        @Override
        public Durability durability() {
            return Durability.MEMORY;
        }
    }

    /**
     * Stores and deletes records of one bucket, in their order and without conditions. They become true one by one as
     * far as readers can tell, but stand in one frame.
     *
     * @param gate the bucket
     * @param group what was received; the partition's until the mutation's future completes
     * @param durability when to acknowledge
     * @param stream the stream that it came in by
     */
    record Records(BucketGate gate, RecordGroup group, Durability durability, RecordStreamState stream)
            implements Mutation {
        @Override
        public int payloadSizeBytes() {
            return group.sizeBytes();
        }
    }

    /**
     * Completes once everything before it is published; with {@link Durability#DISK} also forced.
     *
     * @param durability whether to force
     */
    record Barrier(Durability durability) implements Mutation {}

    /**
     * Appends copies of needles that stand elsewhere, and sends readers from there to the copies.
     *
     * @param bucketId of all of them
     * @param needles at most a frame's worth
     * @param payloadSizeBytes of all of them
     */
    record Move(int bucketId, List<MovedNeedle> needles, int payloadSizeBytes) implements Mutation {
        public Move {
            needles = List.copyOf(needles);
        }

        @Override
        public Durability durability() {
            return Durability.MEMORY;
        }
    }

    /** Closes the open volume. */
    record Seal() implements Mutation {
        @Override
        public Durability durability() {
            return Durability.DISK;
        }
    }

    /** Closes the open volume, and waits until every partition has done so. */
    record Cut(CutGate gate) implements Mutation {
        @Override
        public Durability durability() {
            return Durability.DISK;
        }
    }

    /** What became of a mutation. */
    sealed interface Outcome {
        /**
         * A cut was made.
         *
         * @param openVolume the first volume behind it
         */
        record CutMade(int openVolume) implements Outcome {}

        /**
         * It happened.
         *
         * @param version the number it got, 0 when nothing had to be written
         * @param existed whether a read found the key before
         * @param marker whether the number is a delete marker's
         */
        record Applied(long version, boolean existed, boolean marker) implements Outcome {
            /** Without a marker. */
            public Applied(long version, boolean existed) {
                this(version, existed, false);
            }
        }

        /**
         * Its condition did not hold, and nothing was written.
         *
         * @param actualVersion what was there, 0 for nothing
         */
        record Mismatch(long actualVersion) implements Outcome {}

        /**
         * A group happened.
         *
         * @param steps what became of each of its steps
         */
        record GroupApplied(List<Applied> steps) implements Outcome {
            public GroupApplied {
                steps = List.copyOf(steps);
            }
        }

        /**
         * A step's condition did not hold, and nothing of the group was written.
         *
         * @param step its number, from 0
         * @param actualVersion what was there, 0 for nothing
         */
        record GroupMismatch(int step, long actualVersion) implements Outcome {}
    }
}
