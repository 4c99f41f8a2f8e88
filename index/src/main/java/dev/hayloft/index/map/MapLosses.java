package dev.hayloft.index.map;

import java.util.List;
import java.util.Optional;
import net.openhft.chronicle.hash.ChronicleHashCorruption;

/**
 * Listens to the recovery of a map: tells counters, locks and slots, which it sets right, from entries that it drops
 * because they were being written over when their process died. What is not known here counts as a loss.
 *
 * <p><i>Threads:</i> any.
 */
final class MapLosses implements ChronicleHashCorruption.Listener {
    /** How Chronicle begins to tell what costs no entry. */
    private static final List<String> HARMLESS = List.of(
            "lock of segment ",
            "global mutable state lock ",
            "Wrong number of entries counter ",
            "wrong lowest free chunk ",
            "wrong number of actual tiers in use ",
            "wrong first free tier index ",
            "wrong segment index stored in tier counters ",
            "stored prev tier index ",
            "stored segment index in first tier ",
            "stored tier in first tier ",
            "Overlapping entry: "); // One slot of two for one entry, by a removal that was cut short.

    private Optional<String> first = Optional.empty(); // Guarded by this.

    @Override
    public synchronized void onCorruption(ChronicleHashCorruption corruption) {
        if (first.isPresent()) {
            return; // A map that is damaged all over has one for each entry.
        }
        String message = String.valueOf(corruption.message());
        if (corruption.exception() != null || HARMLESS.stream().noneMatch(message::startsWith)) {
            first = Optional.of(message);
        }
    }

    /** The one heard of first. */
    synchronized Optional<String> first() {
        return first;
    }
}
