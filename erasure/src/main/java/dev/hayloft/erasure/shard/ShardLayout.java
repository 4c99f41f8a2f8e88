package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.CodingMatrix;
import dev.hayloft.model.error.Check;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A volume's cut into shards: identity and geometry, the same in every file of one set.
 *
 * <p>Data shard {@code i} is the range of the volume's file from cut {@code i} to cut {@code i + 1}. Byte {@code t} of
 * a parity shard is made of byte {@code t} of every data shard; shorter ones count as zeros behind their end.
 *
 * @param storeId the store
 * @param partition the partition
 * @param volume the volume's id in it
 * @param generation of this encoding; shards of two encodings are never mixed
 * @param inPlace whether the data shards are ranges of the volume's own file, instead of files of their own
 * @param volumeBytes of the volume's file
 * @param dataEndBytes where its last frame ends
 * @param createdAtMillis when the volume was begun
 * @param sealedAtMillis when it was sealed, if that is known
 * @param cuts 0, the ends of the data shards; the last is volumeBytes
 * @param matrix how parity is made
 */
public record ShardLayout(
        UUID storeId,
        int partition,
        int volume,
        UUID generation,
        boolean inPlace,
        long volumeBytes,
        long dataEndBytes,
        long createdAtMillis,
        OptionalLong sealedAtMillis,
        List<Long> cuts,
        CodingMatrix matrix) {
    /** Bytes under one checksum. */
    public static final int BLOCK_SIZE = 64 << 10;

    public ShardLayout {
        cuts = List.copyOf(cuts);
        Check.argument(
                cuts.size() == matrix.dataShards() + 1 && cuts.get(0) == 0 && cuts.get(cuts.size() - 1) == volumeBytes,
                "a volume's cuts go from 0 to its end");
        for (int i = 1; i < cuts.size(); i++) {
            Check.argument(cuts.get(i - 1) <= cuts.get(i), "a volume's cuts ascend");
        }
    }

    /**
     * Reads what {@link #bytes} has written.
     *
     * @throws dev.hayloft.model.error.CorruptionException when it is damaged
     */
    public static ShardLayout parse(ByteBuffer bytes) {
        return ShardFormat.parseHeader(bytes).layout();
    }

    /** In bytes with a checksum: the header of the first parity shard. */
    public ByteBuffer bytes() {
        return ShardFormat.header(this, dataShards());
    }

    public int dataShards() {
        return matrix.dataShards();
    }

    /** Data and parity shards. */
    public int shards() {
        return matrix.shards();
    }

    public boolean isParity(int shard) {
        return shard >= matrix.dataShards();
    }

    /** Where a data shard begins in the volume's file. */
    public long start(int dataShard) {
        return cuts.get(dataShard);
    }

    /** Bytes of a shard. */
    public long length(int shard) {
        return isParity(shard) ? columnBytes() : cuts.get(shard + 1) - cuts.get(shard);
    }

    /** Bytes of the longest data shard, hence of each parity shard. */
    public long columnBytes() {
        long longest = 0;
        for (int i = 0; i < dataShards(); i++) {
            longest = Math.max(longest, cuts.get(i + 1) - cuts.get(i));
        }
        return longest;
    }

    /** Blocks of a shard, the last one perhaps shorter. */
    public int blocks(int shard) {
        return Math.toIntExact((length(shard) + BLOCK_SIZE - 1) / BLOCK_SIZE);
    }

    /** The data shard that holds a byte of the volume's file. */
    public int shardAt(long offset) {
        Check.argument(offset >= 0 && offset < volumeBytes, "an offset is inside the volume");
        int shard = 0;
        while (cuts.get(shard + 1) <= offset) {
            shard++;
        }
        return shard;
    }
}
