package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.Set;
import java.util.StringJoiner;
import picocli.CommandLine.Command;

/** {@code status}. */
@Command(name = "status", description = "Show the server's figures and health; exit code 1 when it is unhealthy.")
public final class StatusVerb extends Verb {
    private static final Set<String> TOLD_APART = Set.of("health", "latency", "partitions", "jobs");

    public StatusVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        JsonObject status = session().client().operations().status();
        if (session().json()) {
            session().print(status);
        } else {
            print(status);
        }
        return isHealthy(status) ? 0 : 1;
    }

    private static boolean isHealthy(JsonObject status) {
        return status.find("health")
                .flatMap(health -> health.asObject().find("healthy"))
                .map(JsonValue::asBoolean)
                .orElse(true);
    }

    private void print(JsonObject status) {
        Table table = new Table("health", isHealthy(status) ? "healthy" : "NOT HEALTHY");
        status.find("health")
                .flatMap(health -> health.asObject().find("problems"))
                .ifPresent(problems -> problems.asArray()
                        .forEach(problem -> table.add(
                                "problem",
                                problem instanceof JsonValue.Text text ? text.value() : problem.toString())));
        status.members().forEach((name, value) -> {
            if (value instanceof JsonObject group && !TOLD_APART.contains(name)) {
                group.members().forEach((part, figure) -> table.add(name + "." + part, figure(part, figure)));
            } else if (!TOLD_APART.contains(name)) {
                table.add(name, figure(name, value));
            }
        });
        status.find("latency").ifPresent(latency -> latency.asObject()
                .members()
                .forEach((operation, of) -> table.add(
                        operation + " p50, p99 of the last minute",
                        of.asObject().get("p50Micros") + ", " + of.asObject().get("p99Micros") + " µs")));
        status.find("partitions").ifPresent(partitions -> partitions.asArray().forEach(value -> {
            JsonObject partition = value.asObject();
            String volume = partition.find("openVolume").map(JsonValue::asText).orElse("-");
            table.add("partition " + partition.get("id"), partition.text("state") + ", open volume " + volume);
        }));
        status.find("jobs").ifPresent(jobs -> {
            StringJoiner kinds = new StringJoiner(", ");
            jobs.asArray()
                    .forEach(job -> kinds.add(
                            job.asObject().text("kind") + " " + job.asObject().text("state")));
            table.add("jobs", kinds.length() == 0 ? "none" : kinds.toString());
        });
        table.print(session().out());
    }

    private static String figure(String name, JsonValue value) {
        if (value instanceof JsonValue.Text text) {
            return text.value();
        }
        if (value instanceof JsonValue.Numeral number && name.contains("ytes")) {
            return Figures.bytes(Math.round(number.asDouble())) + (name.endsWith("PerSecond") ? "/s" : "");
        }
        return value.isNull() ? "-" : value.toString();
    }
}
