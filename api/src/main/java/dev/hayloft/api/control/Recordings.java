package dev.hayloft.api.control;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.http.Json;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;

/**
 * Recordings of the JVM's flight recorder, begun on demand and ending by themselves: what the processors, the heap and
 * the locks did meanwhile, at a cost of a percent or two. The last few are kept, in the JVM's own temporary folder.
 *
 * <p><i>Threads:</i> any.
 */
final class Recordings {
    static final int SECONDS_DEFAULT = 60;
    private static final int SECONDS_MAX = 3600;
    private static final int KEPT_MAX = 4;
    private static final long SIZE_MAX = 256L << 20;

    private final InstantSource clock;
    private final Map<String, Recording> recordings = new LinkedHashMap<>(); // Guarded by this.
    private final Map<String, Instant> startedAt = new LinkedHashMap<>(); // As well.
    private int last;

    Recordings(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Begins one; the oldest goes when there are too many.
     *
     * @throws RequestException {@code conflict} while another is running
     */
    synchronized String start(int seconds) {
        if (seconds < 1 || seconds > SECONDS_MAX) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A recording takes 1 to 3600 seconds.")
                    .with("seconds", seconds);
        }
        for (Map.Entry<String, Recording> each : recordings.entrySet()) {
            if (isRunning(each.getValue())) {
                throw new RequestException(ErrorCode.CONFLICT, "A recording is running already.")
                        .with("recording", each.getKey());
            }
        }
        while (recordings.size() >= KEPT_MAX) {
            delete(recordings.keySet().iterator().next());
        }
        String id = Integer.toString(++last);
        Recording recording = new Recording(configuration());
        recording.setName("hayloft-" + id);
        recording.setMaxSize(SIZE_MAX);
        recording.setDuration(Duration.ofSeconds(seconds));
        recording.start();
        recordings.put(id, recording);
        startedAt.put(id, clock.instant());
        return id;
    }

    private static Configuration configuration() {
        try {
            return Configuration.getConfiguration("profile");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ParseException e) {
            throw new AssertionError("every JDK has the configuration profile", e);
        }
    }

    private static boolean isRunning(Recording recording) {
        return recording.getState() == RecordingState.RUNNING;
    }

    private Recording find(String id) {
        Recording recording = recordings.get(id);
        if (recording == null) {
            throw new RequestException(ErrorCode.NOT_FOUND, "There is no such recording.").with("recording", id);
        }
        return recording;
    }

    /** What was recorded so far; of one that is running as well. The file is gone once it is closed. */
    synchronized FileChannel content(String id) {
        Recording recording = find(id);
        try {
            Path file = Files.createTempFile("hayloft-", ".jfr");
            boolean isOpen = false;
            try {
                recording.dump(file);
                FileChannel content =
                        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.DELETE_ON_CLOSE);
                isOpen = true;
                return content;
            } finally {
                if (!isOpen) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void delete(String id) {
        find(id).close();
        recordings.remove(id);
        startedAt.remove(id);
    }

    synchronized void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("recordings");
        for (String id : recordings.keySet()) {
            writeOne(json, id);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    synchronized void writeOne(JsonGenerator json, String id) throws IOException {
        Recording recording = find(id);
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("state", isRunning(recording) ? "running" : "done");
        json.writeNumberField("seconds", recording.getDuration().toSeconds());
        json.writeStringField("startedAt", Json.time(startedAt.getOrDefault(id, Instant.EPOCH)));
        json.writeNumberField("bytes", recording.getSize());
        json.writeEndObject();
    }

    synchronized void close() {
        recordings.values().forEach(Recording::close);
        recordings.clear();
    }
}
