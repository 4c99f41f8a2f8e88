package dev.hayloft.api;

import dev.hayloft.api.http.Json;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;

/** A volume's frames for people: a line for each frame, and below it one, indented, for each needle. */
final class DumpText implements FrameVisitor {
    private final Consumer<String> lines;

    DumpText(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public void frame(FrameView frame) {
        lines.accept("frame at " + LogPosition.offset(frame.position()) + ": bucket " + frame.bucketId() + ", "
                + time(frame.timeMillis()) + ", sequence " + frame.firstSequence() + ", version " + frame.firstVersion()
                + ", needles " + frame.needleCount() + ", bytes " + frame.sizeBytes() + ", forced up to "
                + LogPosition.toString(frame.forcedUpTo()));
        frame.forEachNeedle(needle -> lines.accept(line(DumpedNeedle.of(needle))));
    }

    private static String line(DumpedNeedle needle) {
        StringBuilder line = new StringBuilder("  ").append(needle.type());
        needle.key().ifPresent(key -> line.append(' ').append(quoted(key)));
        line.append(", bytes ").append(needle.sizeBytes());
        needle.version().ifPresent(version -> line.append(", version ").append(version));
        needle.contentSizeBytes().ifPresent(size -> line.append(", content ").append(size));
        needle.extents().ifPresent(extents -> line.append(", extents ").append(extents));
        if (needle.flags().contains("stamp")) {
            line.append(", moved from sequence ").append(needle.sequence());
        }
        needle.expiresAtMillis().ifPresent(millis -> line.append(", expires ").append(time(millis)));
        needle.sha256().map(Sha256::hex).ifPresent(hex -> line.append(", sha256 ")
                .append(hex));
        return line.toString();
    }

    /** A key may hold line ends and what moves a terminal's cursor; printed, it stays on its line. */
    private static String quoted(String key) {
        StringBuilder text = new StringBuilder("\"");
        key.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                text.append('\\').appendCodePoint(point);
            } else if (Character.isISOControl(point)) {
                text.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else {
                text.appendCodePoint(point);
            }
        });
        return text.append('"').toString();
    }

    @Override
    public void damaged(DamagedRange range) {
        lines.accept("damaged from " + range.fromOffset() + " to " + range.toOffset() + ": " + range.reason());
    }

    /** The last line. */
    static String summary(VolumeInfo volume, ScanReport report) {
        return "volume " + volume.id() + ", " + volume.state().name().toLowerCase(Locale.ROOT) + ", created "
                + time(volume.createdAtMillis()) + ": frames " + report.frames() + ", needles " + report.needles()
                + ", end " + LogPosition.offset(report.end()) + ", damaged ranges "
                + report.damaged().size() + ", torn bytes " + report.tornBytes();
    }

    private static String time(long millis) {
        return Json.time(Instant.ofEpochMilli(millis));
    }
}
