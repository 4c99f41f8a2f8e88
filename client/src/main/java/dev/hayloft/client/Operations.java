package dev.hayloft.client;

import dev.hayloft.client.Wire.Call;
import dev.hayloft.client.http.HttpAnswer;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.FilterInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The operations API: what an operator asks of a server. <i>Threads:</i> any. */
public final class Operations {
    private final Wire wire;

    Operations(Wire wire) {
        this.wire = wire;
    }

    /** Figures, partitions, volumes, jobs and health, in the contract's shape. */
    public JsonObject status() {
        return wire.json(Call.of("GET", "/api/status"), json -> json);
    }

    /** All volumes, each in the contract's shape. */
    public List<JsonObject> volumes() {
        return all("/api/volumes", "volumes");
    }

    /** One volume, for example {@code 0-17}. */
    public JsonObject volume(String id) {
        return wire.json(Call.of("GET", "/api/volumes/" + Targets.encoded(id, "")), json -> json);
    }

    public List<Job> jobs() {
        return all("/api/jobs", "jobs").stream().map(Job::new).toList();
    }

    public Job job(String id) {
        return wire.json(Call.of("GET", "/api/jobs/" + Targets.encoded(id, "")), Job::new);
    }

    /**
     * Starts a job.
     *
     * @param description the kind and its parameters by the contract's names
     */
    public Job createJob(JsonObject description) {
        return wire.json(Call.of("POST", "/api/jobs").withJson(description, "application/json"), Job::new);
    }

    /** Stops a job for good, between two of its steps. */
    public Job cancelJob(String id) {
        return wire.json(Call.of("DELETE", "/api/jobs/" + Targets.encoded(id, "")), Job::new);
    }

    /** Lets a job wait between two of its steps. */
    public Job pauseJob(String id) {
        return wire.json(Call.of("POST", "/api/jobs/" + Targets.encoded(id, "") + "/pause"), Job::new);
    }

    /** Lets a paused job go on. */
    public Job resumeJob(String id) {
        return wire.json(Call.of("POST", "/api/jobs/" + Targets.encoded(id, "") + "/resume"), Job::new);
    }

    /** All users, each in the contract's shape. */
    public List<JsonObject> users() {
        return all("/api/users", "users");
    }

    public JsonObject user(String name) {
        return wire.json(Call.of("GET", user(name, "")), json -> json);
    }

    /**
     * Makes a user.
     *
     * @param description name and grants by the contract's names
     * @return the user with the first key and its secret
     */
    public JsonObject createUser(JsonObject description) {
        return wire.json(Call.of("POST", "/api/users").withJson(description, "application/json"), json -> json);
    }

    /** Replaces a user's grants. */
    public JsonObject grantUser(String name, JsonArray grants) {
        Call call = Call.of("PATCH", user(name, ""));
        return wire.json(call.withJson(JsonObject.of("grants", grants), "application/json"), json -> json);
    }

    public void deleteUser(String name) {
        wire.run(Call.of("DELETE", user(name, "")));
    }

    /** Makes one more key; the answer holds its secret. */
    public JsonObject addUserKey(String name) {
        return wire.json(
                Call.of("POST", user(name, "/keys")).withJson(JsonObject.EMPTY, "application/json"), json -> json);
    }

    public void removeUserKey(String name, String accessKey) {
        wire.run(Call.of("DELETE", user(name, "/keys/" + Targets.encoded(accessKey, ""))));
    }

    private static String user(String name, String rest) {
        return "/api/users/" + Targets.encoded(name, "") + rest;
    }

    /** Every setting with its value in force and its default. */
    public JsonObject config() {
        return wire.json(Call.of("GET", "/api/config"), json -> json);
    }

    /** Levels of the server's log. */
    public JsonObject logLevels() {
        return wire.json(Call.of("GET", "/api/log-levels"), json -> json);
    }

    /**
     * Sets a level, until the server's next start.
     *
     * @param level empty for what the logger above it has
     */
    public JsonObject setLogLevel(String logger, Optional<String> level) {
        JsonObject wish = JsonObject.of("logger", JsonValue.of(logger))
                .with("level", level.isPresent() ? JsonValue.of(level.get()) : JsonNull.NULL);
        return wire.json(Call.of("PUT", "/api/log-levels").withJson(wish, "application/json"), json -> json);
    }

    /** Requests of records and readers of changes that are under way, in the server's shape. */
    public JsonObject streams() {
        return wire.json(Call.of("GET", "/api/streams"), json -> json);
    }

    /** Begins a recording of the server's JVM; answers its entry. */
    public JsonObject startRecording(int seconds) {
        JsonObject wish = JsonObject.of("seconds", JsonValue.of(seconds));
        return wire.json(Call.of("POST", "/api/recordings").withJson(wish, "application/json"), json -> json);
    }

    /** The entries of the recordings that the server keeps. */
    public List<JsonObject> recordings() {
        return all("/api/recordings", "recordings");
    }

    /** A recording as a file of the flight recorder; closed by the caller. */
    public InputStream recording(String id) {
        return stream("/api/recordings/" + Targets.encoded(id, ""));
    }

    /** A zip file of figures, settings, threads and the end of the log; closed by the caller. */
    public InputStream diagnostics() {
        return stream("/api/diagnostics");
    }

    private InputStream stream(String target) {
        HttpAnswer answer = wire.send(Call.of("GET", target));
        return new FilterInputStream(answer.body()) {
            @Override
            public void close() {
                answer.close();
            }
        };
    }

    private List<JsonObject> all(String target, String name) {
        List<JsonObject> found = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            String asked = target
                    + after.map(id -> "?after=" + Targets.encoded(id, "")).orElse("");
            after = wire.json(Call.of("GET", asked), page -> {
                page.get(name).asArray().forEach(entry -> found.add(entry.asObject()));
                return page.find("next").map(JsonValue::asText);
            });
        } while (after.isPresent());
        return found;
    }

    void close() {
        wire.close();
    }
}
