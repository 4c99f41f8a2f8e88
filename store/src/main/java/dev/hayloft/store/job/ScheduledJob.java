package dev.hayloft.store.job;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A job at work: its figures and its record. Threads: any, under its own lock. */
final class ScheduledJob {
    private static final String FACT = "fact.";

    private final String id;
    private final JobRequest request;
    private final Instant createdAt;
    private Job.State state = Job.State.QUEUED;
    private String detail = "waiting";
    private long bytesDone;
    private long bytesTotal;
    private Optional<Instant> startedAt = Optional.empty();
    private Optional<Instant> finishedAt = Optional.empty();
    private Optional<SortedMap<String, Object>> result = Optional.empty();
    private Optional<String> error = Optional.empty();
    private Map<String, String> facts = Map.of();
    private boolean cancelled;
    private boolean paused;

    private final Object recordTurn = new Object(); // Held, before this, while the record is encoded and written.
    private boolean forgotten; // Guarded by recordTurn.

    ScheduledJob(String id, JobRequest request, Instant createdAt) {
        this.id = id;
        this.request = request;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    JobRequest request() {
        return request;
    }

    synchronized void begin(Instant now) {
        state = Job.State.RUNNING;
        startedAt = Optional.of(startedAt.orElse(now));
        bytesDone = 0;
        bytesTotal = 0;
        detail = "running";
    }

    synchronized void state(Job.State next) {
        state = next;
    }

    synchronized Job.State state() {
        return state;
    }

    synchronized void expect(long bytes, String what) {
        bytesTotal = bytes;
        detail = what;
    }

    synchronized void detail(String what) {
        detail = what;
    }

    synchronized void advance(long bytes) {
        bytesDone += bytes;
    }

    /** Nothing happens to a job that has ended. */
    synchronized void end(
            Job.State how, Optional<SortedMap<String, Object>> figures, Optional<String> reason, Instant now) {
        if (isFinished()) {
            return;
        }
        result = figures.map(ResultSize::cut);
        state = how;
        error = reason;
        finishedAt = Optional.of(now);
        detail = how.name().toLowerCase(Locale.ROOT);
    }

    synchronized boolean isFinished() {
        return finishedAt.isPresent();
    }

    /** False when the job has ended. */
    synchronized boolean cancel() {
        cancelled |= !isFinished();
        return !isFinished();
    }

    synchronized boolean isCancelled() {
        return cancelled;
    }

    /** False when the job has ended. */
    synchronized boolean paused(boolean on) {
        paused = isFinished() ? paused : on;
        return !isFinished();
    }

    synchronized boolean isPaused() {
        return paused;
    }

    synchronized Map<String, String> facts() {
        return facts;
    }

    synchronized void facts(Map<String, String> remembered) {
        facts = Map.copyOf(remembered);
    }

    synchronized Job snapshot() {
        double progress =
                state == Job.State.DONE ? 1 : bytesTotal == 0 ? 0 : Math.min(1, (double) bytesDone / bytesTotal);
        return new Job(
                id,
                request.kind(),
                request.volume(),
                state,
                progress,
                detail,
                bytesDone,
                Math.max(bytesTotal, bytesDone), // What was foreseen may grow meanwhile, as an open volume does.
                createdAt,
                startedAt,
                finishedAt,
                result,
                error);
    }

    /** Hands the record to who writes it, unless the job is forgotten; one at a time. */
    void record(Consumer<Map<String, String>> write) {
        synchronized (recordTurn) {
            if (!forgotten) {
                write.accept(encode());
            }
        }
    }

    /** Removes the record; none is written behind that. */
    void forget(Runnable delete) {
        synchronized (recordTurn) {
            forgotten = true;
            delete.run();
        }
    }

    /** The record; texts that a person or a path may have put anything into are in base64. */
    synchronized Map<String, String> encode() {
        Map<String, String> fields = new TreeMap<>();
        fields.put("format", "1");
        fields.put("kind", request.kind().wireName());
        request.bucket().ifPresent(value -> fields.put("bucket", pack(value)));
        request.volume().ifPresent(value -> fields.put("volume", pack(value)));
        request.directory().ifPresent(value -> fields.put("directory", pack(value)));
        fields.put("all", Boolean.toString(request.all()));
        fields.put("dryRun", Boolean.toString(request.dryRun()));
        fields.put("state", state.name());
        fields.put("paused", Boolean.toString(paused));
        fields.put("cancelled", Boolean.toString(cancelled));
        fields.put("bytesDone", Long.toString(bytesDone));
        fields.put("bytesTotal", Long.toString(bytesTotal));
        fields.put("createdAt", Long.toString(createdAt.toEpochMilli()));
        startedAt.ifPresent(time -> fields.put("startedAt", Long.toString(time.toEpochMilli())));
        finishedAt.ifPresent(time -> fields.put("finishedAt", Long.toString(time.toEpochMilli())));
        result.ifPresent(figures -> fields.put("result", pack(JsonText.write(figures))));
        error.ifPresent(sentence -> fields.put("error", pack(sentence)));
        facts.forEach((name, value) -> fields.put(FACT + name, pack(value)));
        return fields;
    }

    /** Empty for a kind that this version does not know. */
    static Optional<ScheduledJob> decode(String id, Map<String, String> fields) {
        Optional<JobRequest.Kind> kind = field(fields, "kind").flatMap(JobRequest.Kind::find);
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        JobRequest request = new JobRequest(
                kind.get(),
                field(fields, "bucket").map(ScheduledJob::unpack),
                field(fields, "volume").map(ScheduledJob::unpack),
                Boolean.parseBoolean(fields.get("all")),
                Boolean.parseBoolean(fields.get("dryRun")),
                field(fields, "directory").map(ScheduledJob::unpack));
        ScheduledJob job =
                new ScheduledJob(id, request, time(fields, "createdAt").orElse(Instant.EPOCH));
        job.state = Job.State.valueOf(field(fields, "state").orElse("QUEUED"));
        job.paused = Boolean.parseBoolean(fields.get("paused"));
        job.cancelled = Boolean.parseBoolean(fields.get("cancelled"));
        job.bytesDone = Long.parseLong(field(fields, "bytesDone").orElse("0"));
        job.bytesTotal = Long.parseLong(field(fields, "bytesTotal").orElse("0"));
        job.startedAt = time(fields, "startedAt");
        job.finishedAt = time(fields, "finishedAt");
        job.result = field(fields, "result").map(ScheduledJob::unpack).map(JsonText::read);
        job.error = field(fields, "error").map(ScheduledJob::unpack);
        Map<String, String> facts = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(FACT)) {
                facts.put(name.substring(FACT.length()), unpack(value));
            }
        });
        job.facts = Map.copyOf(facts);
        job.detail = job.state.name().toLowerCase(Locale.ROOT);
        return Optional.of(job);
    }

    private static Optional<String> field(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name));
    }

    private static Optional<Instant> time(Map<String, String> fields, String name) {
        return field(fields, name).map(Long::parseLong).map(Instant::ofEpochMilli);
    }

    private static String pack(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String unpack(String packed) {
        return new String(Base64.getDecoder().decode(packed), StandardCharsets.UTF_8);
    }
}
