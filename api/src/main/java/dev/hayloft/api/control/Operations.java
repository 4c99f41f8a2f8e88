package dev.hayloft.api.control;

import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.health.HealthCheckRegistry;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.BodyCollector;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.LastUpkeep;
import dev.hayloft.api.metrics.MetricsPage;
import dev.hayloft.api.metrics.Operation;
import dev.hayloft.api.metrics.ServerMetrics;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import dev.hayloft.store.Jobs;
import dev.hayloft.store.StoreStatus;
import dev.hayloft.store.StoreStatus.PartitionStatus;
import dev.hayloft.store.VolumeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.Callback;

/** The operations API of the admin port: status, volumes, jobs, metrics, health. */
public final class Operations {
    private static final HttpField PROMETHEUS =
            new HttpField(HttpHeader.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");

    private final Front front;
    private final String version;
    private final Instant startedAt;
    private final HealthCheckRegistry health;
    private final Path data;

    /**
     * The operations of one server.
     *
     * @param version of Hayloft
     * @param startedAt when this server began
     * @param health checked at each status
     */
    public Operations(Front front, String version, Instant startedAt, HealthCheckRegistry health) {
        this.front = front;
        this.version = version;
        this.startedAt = startedAt;
        this.health = health;
        this.data = front.settings().data().toAbsolutePath().normalize();
    }

    /** {@code GET /metrics}, Prometheus text. */
    public void metrics(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.block(() -> {
            front.metrics().streams().readers(front.clock().instant()); // Forgets those that ask no more.
            String page = MetricsPage.write(
                    front.metrics(),
                    front.store().status(),
                    front.store().jobs().figures(),
                    front.store().jobs().list(),
                    front.budget().takenBytes());
            ByteBuffer body = ByteBuffer.wrap(page.getBytes(StandardCharsets.UTF_8));
            exchange.headers().put(PROMETHEUS);
            exchange.headers().put(HttpHeader.CONTENT_LENGTH, body.remaining());
            exchange.answer(200, exchange.isHead() ? null : body, Callback.NOOP);
        });
    }

    /** {@code GET /healthcheck}: 200 while everything is well, 500 otherwise. */
    public void healthcheck(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.block(() -> {
            Map<String, HealthCheck.Result> results = health.runHealthChecks();
            boolean healthy = results.values().stream().allMatch(HealthCheck.Result::isHealthy);
            exchange.answerJson(healthy ? 200 : 500, json -> {
                json.writeStartObject();
                for (Map.Entry<String, HealthCheck.Result> result : results.entrySet()) {
                    json.writeObjectFieldStart(result.getKey());
                    json.writeBooleanField("healthy", result.getValue().isHealthy());
                    json.writeStringField("message", result.getValue().getMessage());
                    json.writeEndObject();
                }
                json.writeEndObject();
            });
        });
    }

    /** {@code GET /ping}. */
    public void ping(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.headers().put(HttpHeader.CONTENT_TYPE, "text/plain");
        exchange.headers().put(HttpHeader.CACHE_CONTROL, "no-store");
        ByteBuffer body = ByteBuffer.wrap("pong\n".getBytes(StandardCharsets.US_ASCII));
        exchange.headers().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        exchange.answer(200, exchange.isHead() ? null : body, Callback.NOOP);
    }

    /** {@code GET /api/status}. */
    public void status(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> exchange.answerJson(200, this::writeStatus));
    }

    /** The document of {@code /api/status}; may block. */
    public void writeStatus(JsonGenerator json) throws IOException {
        List<String> problems = health.runHealthChecks().values().stream()
                .filter(result -> !result.isHealthy() || result.getMessage() != null)
                .map(result -> Optional.ofNullable(result.getMessage()).orElse("a health check failed"))
                .toList();
        writeStatus(json, front.store().status(), problems);
    }

    /** The document of each job, by its id; may block. */
    public Map<String, ByteBuffer> jobDocuments() {
        Map<String, ByteBuffer> documents = new LinkedHashMap<>();
        for (Job job : front.store().jobs().list()) {
            documents.put(job.id(), Json.document(json -> JobJson.write(json, job)));
        }
        return documents;
    }

    private void writeStatus(JsonGenerator json, StoreStatus status, List<String> problems) throws IOException {
        json.writeStartObject();
        json.writeStringField("version", version);
        json.writeNumberField(
                "uptimeSeconds",
                Duration.between(startedAt, front.clock().instant()).toSeconds());
        json.writeStringField("incarnation", status.incarnation().toString());
        json.writeNumberField("buckets", status.buckets());
        json.writeNumberField("objects", status.objects());
        json.writeNumberField("logicalBytes", status.logicalBytes());
        json.writeNumberField("storedBytes", status.storedBytes());
        json.writeNumberField("savedBytes", status.savedBytes());
        json.writeNumberField("liveBytes", status.liveBytes());
        json.writeNumberField("deadBytes", status.deadBytes());
        json.writeNumberField("parityBytes", status.parityBytes());
        json.writeNumberField("freeBytes", status.freeBytes());
        json.writeArrayFieldStart("partitions");
        for (PartitionStatus partition : status.partitions()) {
            json.writeStartObject();
            json.writeNumberField("id", partition.id());
            json.writeStringField("state", partition.problem().isEmpty() ? "ok" : "read-only");
            json.writeStringField("openVolume", partition.openVolume());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("volumes");
        json.writeNumberField("open", status.volumes().open());
        json.writeNumberField("sealed", status.volumes().sealed());
        json.writeNumberField("encoded", status.volumes().encoded());
        json.writeNumberField("damaged", status.volumes().damaged());
        json.writeNumberField("unindexed", status.volumes().unindexed());
        json.writeEndObject();
        UpkeepJson.write(json, LastUpkeep.of(front.store().jobs().list()));
        writeRates(json, front.metrics().rates());
        writeLatency(json, front.metrics());
        json.writeArrayFieldStart("jobs");
        for (Job job : front.store().jobs().list()) {
            if (job.finishedAt().isEmpty()) {
                JobJson.write(json, job);
            }
        }
        json.writeEndArray();
        json.writeObjectFieldStart("health");
        json.writeBooleanField("healthy", problems.isEmpty());
        json.writeArrayFieldStart("problems");
        for (String problem : problems) {
            json.writeString(problem);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeRates(JsonGenerator json, ServerMetrics.Rates rates) throws IOException {
        json.writeObjectFieldStart("rates");
        json.writeNumberField("putsPerSecond", rates.puts());
        json.writeNumberField("getsPerSecond", rates.gets());
        json.writeNumberField("recordsPerSecond", rates.records());
        json.writeNumberField("bytesInPerSecond", rates.bytesIn());
        json.writeNumberField("bytesOutPerSecond", rates.bytesOut());
        json.writeEndObject();
    }

    /** The last minutes, second by second, the oldest first: a list for each figure, all of one length. */
    public void writeHistory(JsonGenerator json) throws IOException {
        List<ServerMetrics.Moment> history = front.metrics().history();
        json.writeStartObject();
        writeColumn(json, "puts", history, moment -> moment.rates().puts());
        writeColumn(json, "gets", history, moment -> moment.rates().gets());
        writeColumn(json, "records", history, moment -> moment.rates().records());
        writeColumn(json, "bytesIn", history, moment -> moment.rates().bytesIn());
        writeColumn(json, "bytesOut", history, moment -> moment.rates().bytesOut());
        writeColumn(json, "putP99Micros", history, moment -> moment.p99Micros(Operation.PUT));
        writeColumn(json, "getP99Micros", history, moment -> moment.p99Micros(Operation.GET));
        json.writeEndObject();
    }

    private static void writeColumn(
            JsonGenerator json,
            String name,
            List<ServerMetrics.Moment> history,
            ToDoubleFunction<ServerMetrics.Moment> figure)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (ServerMetrics.Moment moment : history) {
            json.writeNumber(Math.round(figure.applyAsDouble(moment) * 10) / 10.0);
        }
        json.writeEndArray();
    }

    /** Of the last minute. */
    private static void writeLatency(JsonGenerator json, ServerMetrics metrics) throws IOException {
        json.writeObjectFieldStart("latency");
        for (Operation operation : new Operation[] {Operation.PUT, Operation.GET}) {
            ServerMetrics.Latency latency = metrics.recentLatency(operation).orElse(new ServerMetrics.Latency(0, 0, 0));
            json.writeObjectFieldStart(operation.label());
            json.writeNumberField("count", latency.count());
            json.writeNumberField("p50Micros", latency.p50Micros());
            json.writeNumberField("p99Micros", latency.p99Micros());
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** {@code GET /api/volumes}. */
    public void volumes(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> exchange.answerJson(200, this::writeVolumes));
    }

    /** The document of {@code /api/volumes}. */
    void writeVolumes(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("volumes");
        for (VolumeStatus volume : front.store().volumes()) {
            writeVolume(json, volume);
        }
        json.writeEndArray();
        json.writeNullField("next");
        json.writeEndObject();
    }

    /** {@code GET /api/volumes/ID}. */
    public void volume(Exchange exchange, String id) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> {
            VolumeStatus volume = front.store().volumes().stream()
                    .filter(each -> each.id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new RequestException(ErrorCode.NO_SUCH_VOLUME, "There is no such volume.")
                            .with("volume", id));
            exchange.answerJson(200, json -> writeVolume(json, volume));
        });
    }

    private void writeVolume(JsonGenerator json, VolumeStatus volume) throws IOException {
        String state = volume.state().name().toLowerCase(Locale.ROOT);
        json.writeStartObject();
        json.writeStringField("id", volume.id());
        json.writeNumberField("partition", volume.partition());
        json.writeStringField("state", state);
        json.writeNumberField("bytes", volume.bytes());
        json.writeNumberField("liveBytes", volume.liveBytes());
        json.writeNumberField("deadBytes", volume.deadBytes());
        json.writeNumberField("needles", volume.needles());
        json.writeStringField("createdAt", Json.time(volume.createdAt()));
        json.writeStringField("sealedAt", volume.sealedAt().map(Json::time).orElse(null));
        json.writeArrayFieldStart("shards");
        for (VolumeStatus.Shard shard : volume.shards()) {
            Path file = shard.path().toAbsolutePath().normalize();
            json.writeStartObject();
            json.writeNumberField("index", shard.index());
            json.writeStringField("kind", shard.isParity() ? "parity" : "data");
            json.writeStringField(
                    "path", file.startsWith(data) ? data.relativize(file).toString() : file.toString());
            json.writeNumberField("offset", shard.offset());
            json.writeNumberField("length", shard.length());
            json.writeStringField("state", shard.state().name().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** {@code GET /api/jobs}. */
    public void jobs(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> exchange.answerJson(200, this::writeJobs));
    }

    /** The document of {@code /api/jobs}. */
    void writeJobs(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("jobs");
        for (Job job : front.store().jobs().list()) {
            JobJson.write(json, job);
        }
        json.writeEndArray();
        json.writeNullField("next");
        json.writeEndObject();
    }

    /** {@code GET /api/jobs/ID}. */
    public void job(Exchange exchange, String id) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        Job job = front.store().jobs().find(id).orElseThrow(() -> new RequestException(
                        ErrorCode.NO_SUCH_JOB, "There is no such job.")
                .with("job", id));
        exchange.answerJson(200, json -> JobJson.write(json, job));
    }

    /** {@code POST /api/jobs}. */
    public void startJob(Exchange exchange) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        BodyCollector.requireJson(exchange, Set.of("application/json"));
        long bodyMaxBytes = front.settings().size(Setting.LIMITS_JSON_BODY);
        BodyCollector.collect(exchange, bodyMaxBytes, body -> {
            JsonNode document = Json.parse(body);
            JobRequest request = JobJson.read(document);
            exchange.block(() -> {
                Job job = front.store().jobs().submit(request);
                exchange.headers().put(HttpHeader.LOCATION, "/api/jobs/" + job.id());
                exchange.answerJson(202, json -> JobJson.write(json, job));
            });
        });
    }

    /** {@code DELETE /api/jobs/ID}. */
    public void cancelJob(Exchange exchange, String id) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> {
            Job job = front.store().jobs().cancel(id);
            exchange.answerJson(202, json -> JobJson.write(json, job));
        });
    }

    /** {@code POST /api/jobs/ID/pause} and {@code /resume}. */
    public void pauseJob(Exchange exchange, String id, boolean pause) {
        exchange.operation(Operation.OPERATIONS);
        exchange.query().only(Set.of());
        exchange.block(() -> {
            Jobs jobs = front.store().jobs();
            Job job = pause ? jobs.pause(id) : jobs.resume(id);
            exchange.answerJson(202, json -> JobJson.write(json, job));
        });
    }
}
