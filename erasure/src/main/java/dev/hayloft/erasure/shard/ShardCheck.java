package dev.hayloft.erasure.shard;

import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Reads every byte of every shard of a set against its checksums.
 *
 * <p><i>Threads:</i> any, each call on its own.
 */
public final class ShardCheck {
    /** Blocks that are named one by one; of a shard with more, the rest is one stretch. */
    private static final int NAMED_MAX = 256;

    private ShardCheck() {}

    /**
     * Bytes of a shard that are not what was written.
     *
     * @param shard its number
     * @param from first byte of the shard's content; 0 with length 0 when only the file around the content is damaged
     * @param length bytes of content
     * @param reason a constant sentence
     */
    public record Damage(int shard, long from, long length, String reason) {}

    /**
     * What was found.
     *
     * @param checkedBytes that were read
     * @param damages by shard and place; empty when all is well
     */
    public record Result(long checkedBytes, List<Damage> damages) {
        public Result {
            damages = List.copyOf(damages);
        }

        /** The shards with any damage. */
        public BitSet damagedShards() {
            BitSet shards = new BitSet();
            damages.forEach(damage -> shards.set(damage.shard()));
            return shards;
        }
    }

    /**
     * Checks a set, and makes it remember which shards are corrupt. Data shards can be judged only if one shard file is
     * whole enough to give its table; without any, they are taken for right where they can be read.
     */
    public static Result check(ShardSet set, ShardWatcher watcher) {
        try {
            set.reopen();
        } catch (IOException notClosed) {
            throw new UncheckedIOException(notClosed);
        }
        Optional<BlockTable> table = set.table();
        List<Damage> damages = new ArrayList<>();
        long checked = 0;
        for (ShardSet.Place place : set.places()) {
            checked += check(set, place, table, damages, watcher);
        }
        Result result = new Result(checked, damages);
        set.markCorrupt(result.damagedShards());
        return result;
    }

    private static long check(
            ShardSet set,
            ShardSet.Place place,
            Optional<BlockTable> table,
            List<Damage> damages,
            ShardWatcher watcher) {
        int shard = place.shard();
        if (!Files.isRegularFile(place.path())) {
            damages.add(new Damage(shard, 0, place.length(), "the file is missing"));
            return 0;
        }
        if (set.hasFile(shard)) {
            Optional<Damage> around = checkAround(set, place);
            around.ifPresent(damages::add);
        }
        return checkBlocks(set, place, table, damages, watcher);
    }

    private static Optional<Damage> checkAround(ShardSet set, ShardSet.Place place) {
        try {
            ShardFile file = ShardFile.open(place.path());
            if (!file.layout().equals(set.layout()) || file.shard() != place.shard()) {
                return Optional.of(new Damage(place.shard(), 0, place.length(), "the file is of another shard"));
            }
            file.table();
            return Optional.empty();
        } catch (IOException | CorruptionException damaged) {
            return Optional.of(new Damage(place.shard(), 0, 0, "header, table or footer is damaged"));
        }
    }

    private static long checkBlocks(
            ShardSet set,
            ShardSet.Place place,
            Optional<BlockTable> table,
            List<Damage> damages,
            ShardWatcher watcher) {
        byte[] block = new byte[ShardLayout.BLOCK_SIZE];
        int named = 0;
        long checked = 0;
        for (int i = 0; i < set.layout().blocks(place.shard()); i++) {
            int size = BlockColumn.size(set.layout(), place.shard(), i);
            long at = (long) i * ShardLayout.BLOCK_SIZE;
            boolean isRight = set.read(place.shard(), at, block, size)
                    && (table.isEmpty() || table.get().isRight(place.shard(), i, block, 0, size));
            if (!isRight) {
                boolean isLastNamed = ++named == NAMED_MAX;
                damages.add(new Damage(
                        place.shard(), at, isLastNamed ? place.length() - at : size, "a block's checksum is wrong"));
                if (isLastNamed) {
                    return checked;
                }
            }
            checked += size;
            watcher.advance(size);
        }
        return checked;
    }
}
