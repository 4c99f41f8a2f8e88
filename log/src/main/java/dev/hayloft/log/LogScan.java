package dev.hayloft.log;

import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One scan over volumes, which tells damage from a torn tail. A bad place is damage, to be reported and passed over,
 * when the bytes there are known to have been forced: the volume is sealed, or a frame found later says so in its
 * {@code forcedUpTo}. Otherwise nobody was ever told that the bytes are safe, later frames included, and the log ends
 * there: keeping a later frame without an earlier one would break the order in which things became true.
 *
 * <p><i>Threads:</i> confined to one thread.
 */
final class LogScan {
    private final NavigableMap<Integer, VolumeFile> volumes;
    private final IdleHandles idle;
    private final Consumer<VolumeFile> onLastOfDeleted;
    private final boolean isAppending;
    private final int windowSize;
    private final FrameVisitor visitor;
    private final List<DamagedRange> damaged = new ArrayList<>();
    private long end;
    private long frames;
    private long needles;
    private long tornBytes;

    /**
     * A scan.
     *
     * @param volumes all volumes there are
     * @param onLastOfDeleted removes a file that was deleted while it was scanned
     * @param isAppending whether the open volume's end is known, because it is appended to
     * @param windowSize bytes read at a time
     */
    LogScan(
            NavigableMap<Integer, VolumeFile> volumes,
            IdleHandles idle,
            Consumer<VolumeFile> onLastOfDeleted,
            boolean isAppending,
            int windowSize,
            FrameVisitor visitor) {
        this.volumes = volumes;
        this.idle = idle;
        this.onLastOfDeleted = onLastOfDeleted;
        this.isAppending = isAppending;
        this.windowSize = windowSize;
        this.visitor = visitor;
    }

    /** Scans from a position to the end of the log. */
    ScanReport all(long from) throws IOException {
        end = from;
        int first = LogPosition.volume(from);
        for (VolumeFile file : volumes.tailMap(first, true).values()) {
            Optional<VolumeLease> lease = file.findLease(idle, onLastOfDeleted);
            if (lease.isEmpty()) {
                continue; // Deleted since.
            }
            boolean isWhole;
            try {
                isWhole = volume(file, file.id() == first ? LogPosition.offset(from) : 0);
            } finally {
                lease.get().close();
            }
            if (visitor.isEnough()) {
                break;
            }
            if (!isWhole) {
                countTornBehind(file);
                break;
            }
        }
        return report();
    }

    /** Scans one volume. */
    ScanReport one(VolumeFile file, long fromOffset) throws IOException {
        end = LogPosition.of(file.id(), fromOffset);
        volume(file, fromOffset);
        return report();
    }

    /** Where the data of a volume ends that is complete but was not put away. */
    long endOf(VolumeFile file) throws IOException {
        return LogPosition.offset(one(file, 0).end());
    }

    private ScanReport report() {
        return new ScanReport(end, frames, needles, damaged, tornBytes);
    }

    /** Answers whether the volume's end was reached, and not a torn tail. */
    private boolean volume(VolumeFile file, long fromOffset) throws IOException {
        boolean isExact = file.isSealed() || isAppending;
        long limit = isExact ? file.dataEnd() : file.writtenEnd();
        FrameScanner scanner = new FrameScanner(file, idle, limit, windowSize);
        long offset = fromOffset > 0 && scanner.isMagic(fromOffset) ? fromOffset - Integer.BYTES : fromOffset;
        boolean isEnded = false; // By its end frame: nothing was ever written behind it, whatever stands there.
        while (!isEnded && (!isExact || offset < limit) && !visitor.isEnough()) {
            FrameScanner.Place place = scanner.judge(offset);
            if (place == FrameScanner.Place.FRAME) {
                isEnded = visit(scanner.judgedFrame(offset + Integer.BYTES));
                offset = reached(file, scanner.next(offset));
            } else if (place == FrameScanner.Place.OWN_OF_CHRONICLE) {
                offset = scanner.next(offset);
            } else {
                String reason =
                        place == FrameScanner.Place.BAD ? scanner.reason() : "the volume ends without its end frame";
                long own = offset + Integer.BYTES;
                long behind = scanner.isFrame(own) ? own : scanner.trustedEnd(offset);
                long found = scanner.findFrame(behind >= 0 ? behind : own, limit);
                if (!isExact && evidence(file, scanner, found) <= LogPosition.of(file.id(), offset)) {
                    tornBytes += scanner.countNonZero(offset);
                    return false;
                }
                if (behind < 0) {
                    behind = found < 0 ? limit : Math.max(own, found - Integer.BYTES);
                }
                report(file, offset, behind, reason);
                scanner.damagedFrame(own, behind).ifPresent(visitor::remains);
                offset = behind;
                if (found >= 0 && offset == found) { // Only the word before it was damaged.
                    isEnded = visit(scanner.frame(found));
                    offset = scanner.behindFrame(found);
                }
                reached(file, offset);
                if (offset >= limit) {
                    return true;
                }
            }
        }
        return true;
    }

    private void report(VolumeFile file, long from, long to, String reason) {
        DamagedRange range = new DamagedRange(file.id(), from, to, reason);
        damaged.add(range);
        visitor.damaged(range);
    }

    /** Shows a frame to the visitor; answers whether it ends the volume. */
    private boolean visit(FrameView frame) {
        frames++;
        needles += frame.needleCount();
        boolean isEnd = Marks.isEnd(frame);
        visitor.frame(frame);
        return isEnd;
    }

    private long reached(VolumeFile file, long offset) {
        end = LogPosition.of(file.id(), FrameScanner.align(offset));
        return offset;
    }

    /** The highest position that a later frame knows as forced; every later sealed volume knows all of this one. */
    private long evidence(VolumeFile file, FrameScanner scanner, long found) throws IOException {
        long highest = found < 0 ? LogPosition.START : highestForcedUpTo(scanner, found);
        for (VolumeFile later : volumes.tailMap(file.id(), false).values()) {
            if (later.isSealed()) {
                return Long.MAX_VALUE;
            }
            FrameScanner laterScanner = new FrameScanner(later, idle, later.writtenEnd(), FrameScanner.WINDOW_SIZE);
            long first = laterScanner.findFrame(0, laterScanner.limit());
            if (first >= 0) {
                highest = Math.max(highest, highestForcedUpTo(laterScanner, first));
            }
        }
        return highest;
    }

    private static long highestForcedUpTo(FrameScanner scanner, long firstFrame) throws IOException {
        long highest = LogPosition.START;
        for (long at = firstFrame; at >= 0; at = scanner.findFrame(scanner.behindFrame(at), scanner.limit())) {
            highest = Math.max(highest, scanner.frame(at).forcedUpTo());
        }
        return highest;
    }

    private void countTornBehind(VolumeFile file) throws IOException {
        for (VolumeFile later : volumes.tailMap(file.id(), false).values()) {
            tornBytes += new FrameScanner(later, idle, later.writtenEnd(), FrameScanner.WINDOW_SIZE).countNonZero(0);
        }
    }
}
