package dev.hayloft.store;

import dev.hayloft.index.Location;
import dev.hayloft.log.format.Coding;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.Piece;
import dev.hayloft.model.error.CorruptionException;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.partition.Mutation;
import dev.hayloft.store.partition.NeedleReader;
import dev.hayloft.store.partition.OpenNeedle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/**
 * The pieces of an object while an append adds to them. As in a number, what fills a place carries over to the next:
 * {@link #FOLD} pieces of one level become one of the level above, their content together while that fits an extent, a
 * list of them after that. So a manifest names at most 15 pieces of a level, each byte is written again once a level up
 * to 1 MiB, and from there on only lists are.
 *
 * <p><i>Threads:</i> one at a time; blocks for extents, which wait for no disk.
 */
final class PieceFolding {
    /** So many pieces become one. */
    static final int FOLD = 16;

    /** Level of the lists that hold a large object which was put in one go: above them nothing small was before. */
    private static final int LEVEL_OF_LISTS = 3;

    private static final int ATTEMPTS_MAX = 16;

    private final BucketState bucket;
    private final String contentType;
    private final List<Piece> pieces;
    private final List<Long> made = new ArrayList<>();
    private final List<Long> dissolved = new ArrayList<>();

    PieceFolding(BucketState bucket, String contentType, List<Piece> pieces) {
        this.bucket = bucket;
        this.contentType = contentType;
        this.pieces = new ArrayList<>(pieces);
    }

    List<Piece> pieces() {
        return pieces;
    }

    /** Extents that were written here, to be given up if the append does not come true. */
    List<Long> made() {
        return made;
    }

    /** Extents that nothing names once the append is true. */
    List<Long> dissolved() {
        return dissolved;
    }

    /** A large object that was put becomes a few lists. */
    void listAll() {
        for (int level = LEVEL_OF_LISTS; pieces.size() > FOLD; level++) {
            List<Piece> lists = new ArrayList<>();
            for (int from = 0; from < pieces.size(); from += ManifestFormat.LIST_MAX) {
                lists.add(list(pieces.subList(from, Math.min(pieces.size(), from + ManifestFormat.LIST_MAX)), level));
            }
            pieces.clear();
            pieces.addAll(lists);
        }
    }

    /** Writes content as a new piece at the end; an extent's worth at most. */
    void add(ByteBuffer content) {
        if (content.hasRemaining()) {
            add(new Piece(write(content), content.remaining(), 0, false));
        }
    }

    /** Adds a piece at the end, and carries over. */
    void add(Piece piece) {
        pieces.add(piece);
        while (pieces.size() >= FOLD) {
            List<Piece> last = pieces.subList(pieces.size() - FOLD, pieces.size());
            int level = last.get(FOLD - 1).level();
            if (last.get(0).level() != level || level == Piece.LEVEL_MAX) {
                return;
            }
            Piece folded = fold(last, level + 1);
            last.clear();
            pieces.add(folded);
        }
    }

    private Piece fold(List<Piece> last, int level) {
        long sizeBytes = last.stream().mapToLong(Piece::sizeBytes).sum();
        if (sizeBytes > ObjectStore.EXTENT_SIZE || last.stream().anyMatch(Piece::isList)) {
            return list(last, level);
        }
        ByteBuffer content = ByteBuffer.allocate((int) sizeBytes);
        for (Piece piece : last) {
            read(piece, content);
            dissolved.add(piece.extentId());
        }
        return new Piece(write(content.flip()), sizeBytes, level, false);
    }

    private Piece list(List<Piece> listed, int level) {
        ByteBuffer payload = ManifestFormat.encodeList(listed);
        long sizeBytes = listed.stream().mapToLong(Piece::sizeBytes).sum();
        long id = store(new Mutation.Extent(bucket.gate(), payload, payload.remaining(), Coding.RAW));
        return new Piece(id, sizeBytes, level, true);
    }

    private long write(ByteBuffer content) {
        return store(bucket.extent(contentType, content));
    }

    private long store(Mutation.Extent extent) {
        try {
            Mutation.Outcome outcome = bucket.partition()
                    .submitPatiently(extent)
                    .toCompletableFuture()
                    .join();
            long id = ((Mutation.Outcome.Applied) outcome).version();
            made.add(id);
            return id;
        } catch (CompletionException e) {
            throw e.getCause() instanceof HayloftException cause ? cause : e;
        }
    }

    private void read(Piece piece, ByteBuffer target) {
        NeedleReader reader = bucket.partition().reader();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<Location> location = reader.findExtent(bucket.id(), piece.extentId());
            Optional<OpenNeedle> needle = location.flatMap(reader::readAt);
            if (needle.isPresent()) {
                try (OpenNeedle open = needle.get()) {
                    ByteBuffer content = bucket.content().decode(open.view());
                    if (content.remaining() != piece.sizeBytes()) {
                        throw new CorruptionException("An extent has another size than its object says.")
                                .with("extent", piece.extentId());
                    }
                    target.put(content.duplicate());
                    return;
                }
            }
        }
        throw new CorruptionException("An extent of an appended object is missing.").with("extent", piece.extentId());
    }
}
