package dev.hayloft.store.partition;

import dev.hayloft.log.VolumeInfo;
import dev.hayloft.model.LogPosition;
import dev.hayloft.store.folder.SmallFiles;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The figures of a partition at work, noted every now and then with the position that they are true for: after the
 * death of the process recovery takes them and reads the log from there on, instead of counting every volume from its
 * beginning. Like {@link AppliedMark} they are never forced: they mean something only while the operating system lives
 * that has the files as the process left them, and after anything worse they are thrown away unread.
 *
 * <p><i>Threads:</i> one at a time under the partition's publication lock, except {@link #write}.
 */
final class RunningFigures {
    private static final Logger LOG = System.getLogger(RunningFigures.class.getName());

    /** So much of the log is at most read twice for the sake of the figures. */
    private static final long STEP_BYTES = 16 << 20;

    /** Figures of many volumes are long: they are noted when the log has grown by so many times their length. */
    private static final long LENGTH_FACTOR = 64;

    private final Path file;
    private final ProducerTable producers;
    private long position = LogPosition.START;
    private long stepBytes = STEP_BYTES;

    /**
     * Figures to be noted in a file.
     *
     * @param producers how far the producers have come in what is published
     */
    RunningFigures(Path file, ProducerTable producers) {
        this.file = file;
        this.producers = producers;
    }

    /**
     * What was noted, made fit for a log as it is now: the figures of volumes before the position's, and of the
     * position's volume if it is not sealed, up to the position. Empty when there is nothing to go on from.
     */
    static Optional<ClosingFigures> read(Path file, List<VolumeInfo> volumes) {
        Optional<ClosingFigures> noted = ClosingFigures.read(file);
        if (noted.isEmpty()) {
            return noted;
        }
        int last = LogPosition.volume(noted.get().end());
        Optional<VolumeInfo> open =
                volumes.stream().filter(volume -> volume.id() == last).findFirst();
        if (open.isEmpty()) {
            return Optional.empty(); // Compacted away since: where the log goes on is not known.
        }
        Set<Integer> ids = volumes.stream().map(VolumeInfo::id).collect(Collectors.toSet());
        Tallies tallies = noted.get().tallies();
        for (Integer volume : List.copyOf(tallies.volumes().keySet())) {
            boolean isRecounted = volume == last && open.get().state() == VolumeInfo.State.SEALED;
            if (!ids.contains(volume) || isRecounted) {
                tallies.removeVolume(volume);
            }
        }
        return noted;
    }

    /** A group is published; all that is to know of it here is how far it brought its producer. */
    void published(List<Pending> group) {
        for (Pending pending : group) {
            if (pending.mutation() instanceof Mutation.Records mutation && !pending.isFailed()) {
                RecordGroup records = mutation.group();
                records.run()
                        .ifPresent(run ->
                                producers.note(records.bucketId(), run.producer(), run.firstRecord() + run.count()));
            }
        }
    }

    /**
     * The figures to be written now; empty when the log has hardly grown.
     *
     * @param now of the last published mutation, with the position of its frame
     */
    Optional<String> due(AppliedMark.Applied now, long lastVersion, Tallies tallies) {
        boolean isSameVolume = LogPosition.volume(now.position()) == LogPosition.volume(position);
        if (isSameVolume && LogPosition.offset(now.position()) - LogPosition.offset(position) < stepBytes) {
            return Optional.empty();
        }
        String text = new ClosingFigures(
                        now.position(), now.sequence(), lastVersion, tallies, producers.entries(), true)
                .text();
        position = now.position();
        stepBytes = Math.max(STEP_BYTES, LENGTH_FACTOR * text.length());
        return Optional.of(text);
    }

    /** Writes figures; a failure only means a longer replay. One thread. */
    void write(String figures) {
        try {
            SmallFiles.writeUnforced(file, figures);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The figures of a partition at work could not be noted.", e);
        }
    }
}
