package dev.hayloft.compactor;

import dev.hayloft.index.HintEntry;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What compaction needs of a partition: to look at its volumes, to ask what lives, and to write through its one writer.
 *
 * <p><i>Threads:</i> one compaction at a time; {@link #move}'s stages complete on threads of the partition.
 */
public interface NeedleMover {
    /** What is to become of a needle. */
    enum Fate {
        /** The index points at it: it moves. */
        LIVE,
        /** It says that something is gone, and is needed as long as that something stands anywhere. */
        DELETION,
        /** Nobody can ask for it: it goes with its volume. */
        DEAD
    }

    /** A needle as hint files know it; empty for the marks of a volume's life. */
    interface Judged {
        void accept(HintEntry entry, Fate fate, NeedleView needle);
    }

    /** Judges the needles of a frame, in order. */
    void judge(FrameView frame, Judged judged);

    /** As {@link #judge(FrameView, Judged)}, of a damaged frame: those of its needles that are whole. */
    void judgeRemains(FrameView frame, Judged judged);

    /** Judges a needle that cannot be read. */
    Fate judge(HintEntry entry);

    /** Whether bytes of a volume are known to be lost for good. */
    boolean isLost(int volume);

    /** All that stood in a sealed volume when it was whole; empty when it has no hint file that can be believed. */
    Optional<List<HintEntry>> hinted(int volume);

    /** Hands on those needles of a frame that compaction has put there. */
    void moved(FrameView frame, Consumer<HintEntry> entries);

    /** Shows the frames of a volume from an offset on. */
    ScanReport scan(int volume, long fromOffset, FrameVisitor visitor);

    /** Sealed volumes, by number. */
    List<Integer> sealedVolumes();

    /** The volume that is appended to. */
    OptionalInt openVolume();

    /** The position behind what was appended last. */
    long end();

    /**
     * Hands on what a sealed volume's hint file says; of the volume itself when there is none.
     *
     * @return whether that is all that stands in the volume, as far as anybody knows
     */
    boolean entries(int volume, Consumer<HintEntry> entries);

    /** A whole needle that may move in the place of one that lives, being shorter: memory of its own. */
    Optional<ByteBuffer> shorter(int bucketId, NeedleView needle);

    /**
     * Appends copies of needles of one bucket, with their own stamps, and then moves the index from each old place to
     * the new one, where it still points at the old one.
     *
     * @return completes with the bytes that were appended once readers are sent to the copies
     */
    CompletionStage<Long> move(int bucketId, List<MovedNeedle> needles);

    /**
     * Drops a volume of which nothing is needed any more. First everything that was moved is forced, and that the
     * volume is gone becomes durable; its files go when the last reader has left.
     *
     * @param lastDroppedDeletion highest sequence of a deletion that goes with it, 0 for none
     */
    void drop(int volume, long lastDroppedDeletion);
}
