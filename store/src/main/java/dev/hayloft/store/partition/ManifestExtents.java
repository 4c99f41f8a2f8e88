package dev.hayloft.store.partition;

import dev.hayloft.index.Location;
import dev.hayloft.log.format.Manifest;
import dev.hayloft.log.format.ManifestFormat;
import dev.hayloft.log.format.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * All extents that a manifest names, by itself and through its lists of extents.
 *
 * <p><i>Threads:</i> any.
 */
public final class ManifestExtents {
    private final NeedleReader reader;
    private final int bucketId;

    public ManifestExtents(NeedleReader reader, int bucketId) {
        this.reader = reader;
        this.bucketId = bucketId;
    }

    /**
     * Names every extent, a list behind what it lists.
     *
     * @param payload of the manifest's needle
     * @return false when a list is not there: the object was replaced meanwhile, or the index is damaged
     */
    public boolean forEach(ByteBuffer payload, LongConsumer extent) {
        Manifest manifest = ManifestFormat.parse(payload);
        boolean whole = true;
        for (int i = 0; i < manifest.count(); i++) {
            whole &= !manifest.isList(i) || forEachListed(manifest.id(i), extent);
            extent.accept(manifest.id(i));
        }
        return whole;
    }

    private boolean forEachListed(long listId, LongConsumer extent) {
        Optional<List<Piece>> pieces = list(listId);
        boolean whole = pieces.isPresent();
        for (Piece piece : pieces.orElse(List.of())) {
            whole &= !piece.isList() || forEachListed(piece.extentId(), extent);
            extent.accept(piece.extentId());
        }
        return whole;
    }

    /** What a list lists; empty when it is not there. */
    public Optional<List<Piece>> list(long listId) {
        Optional<Location> location = reader.findExtent(bucketId, listId);
        Optional<OpenNeedle> needle = location.flatMap(reader::readAt);
        if (needle.isEmpty()) {
            return location.isEmpty() ? Optional.empty() : again(listId);
        }
        try (OpenNeedle open = needle.get()) {
            return Optional.of(ManifestFormat.parseList(open.view().payload()));
        }
    }

    /** The list was moved between lookup and read. */
    private Optional<List<Piece>> again(long listId) {
        Optional<OpenNeedle> needle = reader.findExtent(bucketId, listId).flatMap(reader::readAt);
        if (needle.isEmpty()) {
            return Optional.empty();
        }
        try (OpenNeedle open = needle.get()) {
            return Optional.of(ManifestFormat.parseList(open.view().payload()));
        }
    }

    /** Of a manifest: its pieces of content in their order, lists resolved; empty when a list is not there. */
    public Optional<List<Piece>> pieces(Manifest manifest, long contentSize) {
        List<Piece> pieces = new ArrayList<>(manifest.count());
        for (Piece piece : manifest.pieces(contentSize)) {
            if (!addContent(piece, pieces)) {
                return Optional.empty();
            }
        }
        return Optional.of(pieces);
    }

    private boolean addContent(Piece piece, List<Piece> pieces) {
        if (!piece.isList()) {
            pieces.add(piece);
            return true;
        }
        Optional<List<Piece>> listed = list(piece.extentId());
        if (listed.isEmpty()) {
            return false;
        }
        for (Piece inner : listed.get()) {
            if (!addContent(inner, pieces)) {
                return false;
            }
        }
        return true;
    }
}
