package dev.hayloft.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Json;
import dev.hayloft.log.DamagedRange;
import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.log.format.FrameView;
import dev.hayloft.log.format.NeedleType;
import dev.hayloft.log.format.NeedleView;
import dev.hayloft.model.LogPosition;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.folder.DataFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;

/**
 * {@code volume dump}: prints the frames and needles of one volume of a store that is not running, as they stand in its
 * file. Changes nothing; holds the folder's lock meanwhile.
 */
final class VolumeDump {
    private static final String USAGE = "Usage: hayloft volume dump PARTITION-NUMBER [--data DIR] [--json]";

    private final PrintStream out;
    private final PrintStream err;

    VolumeDump(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Runs with the arguments behind {@code volume dump}; answers the exit code. */
    int run(List<String> arguments) {
        Path data = Path.of("data");
        String id = "";
        boolean json = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--help") || argument.equals("-h")) {
                out.println(USAGE);
                return Serve.EXIT_DONE;
            } else if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--data") && i + 1 < arguments.size()) {
                data = Path.of(arguments.get(++i));
            } else if (argument.startsWith("--data=")) {
                data = Path.of(argument.substring("--data=".length()));
            } else if (id.isEmpty() && argument.matches("\\d{1,3}-\\d{1,9}")) {
                id = argument;
            } else {
                err.println("hayloft: volume dump does not know " + argument + "\n" + USAGE);
                return Serve.EXIT_USAGE;
            }
        }
        if (id.isEmpty()) {
            err.println(USAGE);
            return Serve.EXIT_USAGE;
        }
        return dump(data, id, json);
    }

    private int dump(Path data, String id, boolean json) {
        int dash = id.indexOf('-');
        int partition = Integer.parseInt(id.substring(0, dash));
        int volume = Integer.parseInt(id.substring(dash + 1));
        if (!Files.exists(data.resolve("STORE"))) {
            err.println("hayloft: " + data + " is no data folder of Hayloft.");
            return Serve.EXIT_FAILED;
        }
        try (DataFolder folder = DataFolder.open(data, 1, InstantSource.system())) {
            Path place = data.resolve("partitions").resolve(Integer.toString(partition));
            if (partition >= folder.partitions() || !Files.isDirectory(place)) {
                err.println("hayloft: The store has no partition " + partition + ".");
                return Serve.EXIT_FAILED;
            }
            VolumeLogConfig config = VolumeLogConfig.defaults(place, folder.storeId(), partition);
            try (VolumeLog log = VolumeLog.open(config, InstantSource.system())) {
                ScanReport report = log.scanVolume(volume, 0, json ? new Lines() : new Text());
                if (!json) {
                    out.println(report.frames() + " frames, " + report.needles() + " needles, "
                            + report.damaged().size() + " damaged stretches, " + report.tornBytes() + " torn bytes.");
                }
                return report.damaged().isEmpty() ? Serve.EXIT_DONE : Serve.EXIT_FAILED;
            }
        } catch (HayloftException failure) {
            err.println("hayloft: " + failure.getMessage());
            return Serve.EXIT_FAILED;
        } finally {
            out.flush();
        }
    }

    /** For people. */
    private final class Text implements FrameVisitor {
        @Override
        public void frame(FrameView frame) {
            out.println("frame at " + LogPosition.offset(frame.position()) + ", " + frame.sizeBytes()
                    + " bytes, bucket "
                    + frame.bucketId() + ", " + Json.time(Instant.ofEpochMilli(frame.timeMillis())) + ", forced up to "
                    + LogPosition.toString(frame.forcedUpTo()));
            frame.forEachNeedle(needle -> {
                StringBuilder line = new StringBuilder("  ").append(typeOf(needle));
                if (isVersioned(needle)) {
                    line.append(" \"")
                            .append(keyOf(needle))
                            .append("\" version ")
                            .append(needle.version());
                }
                if (needle.type() == NeedleType.OBJECT) {
                    line.append(", ").append(needle.contentSize()).append(" bytes of content");
                    needle.sha256().map(Sha256::hex).ifPresent(hex -> line.append(", sha256 ")
                            .append(hex));
                }
                out.println(line.append(", ").append(needle.sizeBytes()).append(" bytes"));
            });
        }

        @Override
        public void damaged(DamagedRange range) {
            out.println("damaged from " + range.fromOffset() + " to " + range.toOffset() + ": " + range.reason());
        }
    }

    /** For programs: a line of JSON for each frame and each damaged stretch. */
    private final class Lines implements FrameVisitor {
        @Override
        public void frame(FrameView frame) {
            print(json -> {
                json.writeStartObject();
                json.writeNumberField("offset", LogPosition.offset(frame.position()));
                json.writeNumberField("bytes", frame.sizeBytes());
                json.writeNumberField("bucketId", frame.bucketId());
                json.writeStringField("firstSequence", Long.toString(frame.firstSequence()));
                json.writeStringField("time", Json.time(Instant.ofEpochMilli(frame.timeMillis())));
                json.writeArrayFieldStart("needles");
                for (NeedleView needle : needles(frame)) {
                    write(json, needle);
                }
                json.writeEndArray();
                json.writeEndObject();
            });
        }

        private static List<NeedleView> needles(FrameView frame) {
            List<NeedleView> needles = new java.util.ArrayList<>();
            frame.forEachNeedle(needles::add);
            return needles;
        }

        private static void write(JsonGenerator json, NeedleView needle) throws IOException {
            json.writeStartObject();
            json.writeStringField("type", typeOf(needle));
            json.writeNumberField("offset", needle.offsetInFrame());
            json.writeNumberField("bytes", needle.sizeBytes());
            if (isVersioned(needle)) {
                json.writeStringField("key", keyOf(needle));
                json.writeStringField("version", Long.toString(needle.version()));
            }
            if (needle.type() == NeedleType.OBJECT) {
                json.writeNumberField("size", needle.contentSize());
                json.writeStringField("sha256", needle.sha256().map(Sha256::hex).orElse(null));
            }
            json.writeEndObject();
        }

        @Override
        public void damaged(DamagedRange range) {
            print(json -> {
                json.writeStartObject();
                json.writeNumberField("damagedFrom", range.fromOffset());
                json.writeNumberField("damagedTo", range.toOffset());
                json.writeStringField("reason", range.reason());
                json.writeEndObject();
            });
        }

        private void print(Json.Writer writer) {
            out.println(StandardCharsets.UTF_8.decode(Json.document(writer)));
        }
    }

    private static boolean isVersioned(NeedleView needle) {
        return needle.type() == NeedleType.OBJECT || needle.type() == NeedleType.TOMBSTONE;
    }

    private static String typeOf(NeedleView needle) {
        String type = needle.type().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return needle.isManifest() ? "manifest" : type;
    }

    private static String keyOf(NeedleView needle) {
        return StandardCharsets.UTF_8.decode(needle.key()).toString();
    }
}
