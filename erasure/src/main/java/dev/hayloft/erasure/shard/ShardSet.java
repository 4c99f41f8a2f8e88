package dev.hayloft.erasure.shard;

import dev.hayloft.erasure.Reconstruction;
import dev.hayloft.erasure.ReedSolomon;
import dev.hayloft.model.error.CorruptionException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The shards of one encoded volume, where they stand, and the way back to bytes that one of them does not give.
 *
 * <p>A range is made again from the same range of k other shards, first without looking at checksums, because the
 * caller has one over what it wants; only if that fails, block by block from shards whose blocks are right.
 *
 * <p><i>Threads:</i> any.
 */
public final class ShardSet implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ShardSet.class.getName());
    private static final int STEP_MAX = 256 << 10;

    /** Where a shard's bytes stand. */
    public record Place(int shard, Path path, long offset, long length) {}

    /** How a shard is. */
    public enum State {
        OK,
        MISSING,
        CORRUPT
    }

    private final ShardLayout layout;
    private final ReedSolomon codec;
    private final List<Place> places;
    private final Map<Path, SharedFile> files = new TreeMap<>();

    /** Shards that a check found wrong; copied on write. */
    private volatile BitSet corrupt = new BitSet();

    /**
     * A set.
     *
     * @param own the volume's own file, which has the data shards if they stay in place
     * @param paths of the shards that have files of their own, there or not
     */
    public ShardSet(ShardLayout layout, Path own, Map<Integer, Path> paths) {
        this.layout = layout;
        this.codec = ReedSolomon.of(layout.matrix());
        List<Place> all = new ArrayList<>();
        for (int shard = 0; shard < layout.shards(); shard++) {
            boolean isRange = layout.inPlace() && !layout.isParity(shard);
            Path path = isRange ? own : paths.get(shard);
            if (path == null) {
                throw new IllegalArgumentException("every shard has a place");
            }
            long offset = isRange ? layout.start(shard) : ShardFormat.headerSize(layout);
            all.add(new Place(shard, path, offset, layout.length(shard)));
            files.computeIfAbsent(path, SharedFile::new);
        }
        this.places = List.copyOf(all);
    }

    public ShardLayout layout() {
        return layout;
    }

    /** Where the shards stand, by number. */
    public List<Place> places() {
        return places;
    }

    /** Whether a shard has a file of its own. */
    public boolean hasFile(int shard) {
        return layout.isParity(shard) || !layout.inPlace();
    }

    /** How a shard is, as far as its file's length and earlier checks tell; reads nothing. */
    public State state(int shard) {
        Place place = places.get(shard);
        if (!Files.isRegularFile(place.path())) {
            return State.MISSING;
        }
        if (corrupt.get(shard)) {
            return State.CORRUPT;
        }
        return isLongEnough(place) ? State.OK : State.CORRUPT;
    }

    private boolean isLongEnough(Place place) {
        try {
            return hasFile(place.shard())
                    ? ShardFile.hasItsLength(place.path(), layout, place.shard())
                    : Files.size(place.path()) >= place.offset() + place.length();
        } catch (IOException absent) {
            return false;
        }
    }

    /** What a check found: from now on {@link #state} and reads go by it. */
    public synchronized void markCorrupt(BitSet shards) {
        corrupt = (BitSet) shards.clone();
    }

    /** The checksums of all blocks, from any shard file that has them; empty when none does. */
    public Optional<BlockTable> table() {
        for (Place place : places) {
            if (hasFile(place.shard())) {
                try {
                    ShardFile file = ShardFile.open(place.path());
                    if (file.layout().generation().equals(layout.generation()) && file.shard() == place.shard()) {
                        return Optional.of(file.table());
                    }
                } catch (IOException | CorruptionException unusable) {
                    LOG.log(Level.DEBUG, "A shard file cannot give its table: {0}", place.path());
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Reads a range of a shard; bytes behind its end are zeros.
     *
     * @return whether all of it could be read
     */
    boolean read(int shard, long at, byte[] into, int length) {
        return tryRead(shard, at, into, length) == Reading.WHOLE;
    }

    /** What came of reading a range. */
    enum Reading {
        /** All of it was read. */
        WHOLE,
        /** The file ends before. */
        CUT,
        /** There is no file. */
        ABSENT,
        /** What stands there is not known: another time it may be read. */
        FAILED
    }

    /** As {@link #read}, for who must know why it could not be read; of a file that is cut, what there is was read. */
    Reading tryRead(int shard, long at, byte[] into, int length) {
        Place place = places.get(shard);
        int size = (int) Math.max(0, Math.min(length, place.length() - at));
        SharedFile file = files.get(place.path());
        try {
            if (size > 0 && (file == null || file.read(place.offset() + at, into, 0, size) < size)) {
                return Reading.CUT;
            }
        } catch (NoSuchFileException absent) {
            return Reading.ABSENT;
        } catch (IOException unreadable) {
            return Reading.FAILED;
        }
        Arrays.fill(into, size, length, (byte) 0);
        return Reading.WHOLE;
    }

    /**
     * Reads bytes of the volume from the data shard that holds them, as far as that goes.
     *
     * @return how many bytes; -1 behind the volume's end
     * @throws IOException when they cannot be read
     */
    public int readSome(long offset, ByteBuffer target) throws IOException {
        if (offset >= layout.volumeBytes()) {
            return -1;
        }
        int shard = layout.shardAt(offset);
        long at = offset - layout.start(shard);
        byte[] piece = new byte[(int) Math.min(Math.min(target.remaining(), STEP_MAX), layout.length(shard) - at)];
        if (!read(shard, at, piece, piece.length)) {
            throw new IOException("a shard cannot be read: " + places.get(shard).path());
        }
        target.put(piece);
        return piece.length;
    }

    /**
     * Fills the target with bytes of the volume's file that its own place does not give any more.
     *
     * @param offset in the volume's file
     * @param target filled from position to limit; its position is not moved
     * @param isRight judges the target's bytes
     * @return false when too many shards are lost, or nothing of what they give is right
     */
    public boolean rebuild(long offset, ByteBuffer target, Predicate<ByteBuffer> isRight) {
        if (offset < 0 || offset + target.remaining() > layout.volumeBytes()) {
            return false;
        }
        if (rebuild(offset, target, Optional.empty()) && isRight.test(target.duplicate())) {
            return true;
        }
        Optional<BlockTable> table = table();
        return table.isPresent() && rebuild(offset, target, table) && isRight.test(target.duplicate());
    }

    /**
     * As {@link #rebuild(long, ByteBuffer, Predicate)} for who cannot judge: block by block, from blocks whose checksum
     * is right, to blocks whose checksum is right. Without any table left, unchecked.
     */
    public boolean rebuildChecked(long offset, ByteBuffer target) {
        return offset >= 0 && offset + target.remaining() <= layout.volumeBytes() && rebuild(offset, target, table());
    }

    private boolean rebuild(long offset, ByteBuffer target, Optional<BlockTable> table) {
        ByteBuffer rest = target.duplicate();
        long at = offset;
        while (rest.hasRemaining()) {
            int shard = layout.shardAt(at);
            long column = at - layout.start(shard);
            int length = (int) Math.min(Math.min(rest.remaining(), STEP_MAX), layout.length(shard) - column);
            byte[] piece = new byte[length];
            boolean made = table.isPresent()
                    ? makeChecked(shard, column, piece, table.get())
                    : makeUnchecked(shard, column, piece);
            if (!made) {
                return false;
            }
            rest.put(piece);
            at += length;
        }
        return true;
    }

    private boolean makeUnchecked(int wanted, long column, byte[] piece) {
        byte[][] columns = new byte[layout.shards()][];
        BitSet atHand = new BitSet();
        BitSet avoid = corrupt;
        for (int shard = 0; shard < layout.shards() && atHand.cardinality() < layout.dataShards(); shard++) {
            if (shard != wanted && !avoid.get(shard)) {
                byte[] column1 = new byte[piece.length];
                if (read(shard, column, column1, piece.length)) {
                    columns[shard] = column1;
                    atHand.set(shard);
                }
            }
        }
        return decode(wanted, columns, atHand, piece);
    }

    private boolean decode(int wanted, byte[][] columns, BitSet atHand, byte[] piece) {
        BitSet made = new BitSet();
        made.set(wanted);
        columns[wanted] = piece;
        try {
            Reconstruction way = codec.reconstruction(atHand, made);
            way.apply(columns, 0, piece.length);
            return true;
        } catch (CorruptionException tooFew) {
            return false;
        }
    }

    /** In whole blocks, from shards whose checksum is right; the shard's own blocks too where they still are. */
    private boolean makeChecked(int wanted, long column, byte[] piece, BlockTable table) {
        int first = (int) (column / ShardLayout.BLOCK_SIZE);
        int last = (int) ((column + piece.length - 1) / ShardLayout.BLOCK_SIZE);
        for (int block = first; block <= last; block++) {
            BitSet wantedSet = new BitSet();
            wantedSet.set(wanted);
            BlockColumn made = BlockColumn.load(this, table, block);
            if (!made.make(codec, wantedSet, table)) {
                return false;
            }
            long blockStart = (long) block * ShardLayout.BLOCK_SIZE;
            long from = Math.max(column, blockStart);
            long to = Math.min(column + piece.length, blockStart + ShardLayout.BLOCK_SIZE);
            System.arraycopy(
                    made.bytes(wanted), (int) (from - blockStart), piece, (int) (from - column), (int) (to - from));
        }
        return true;
    }

    /** Forgets open files: what stands at their paths now is read from here on. */
    public void reopen() throws IOException {
        for (SharedFile file : files.values()) {
            file.close();
        }
    }

    @Override
    public void close() throws IOException {
        reopen();
    }
}
