package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code status}. */
@Command(name = "status", description = "Show the server's figures and health; exit code 1 when it is unhealthy.")
public final class StatusVerb extends Verb {
    /** What is put into words; whatever else a server tells follows by its name. */
    private static final Set<String> IN_WORDS = Set.of(
            "health",
            "version",
            "uptimeSeconds",
            "buckets",
            "objects",
            "logicalBytes",
            "storedBytes",
            "savedBytes",
            "liveBytes",
            "deadBytes",
            "parityBytes",
            "freeBytes",
            "partitions",
            "volumes",
            "lastScrub",
            "lastRepair",
            "rates",
            "latency",
            "jobs");

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
                .ifPresent(problems ->
                        problems.asArray().forEach(problem -> table.add("problem", JsonText.plain(problem))));
        table.add(
                "server",
                "Hayloft " + status.find("version").map(JsonText::plain).orElse("?") + ", up "
                        + Figures.seconds(figure(status, "uptimeSeconds")));
        table.add(
                "objects",
                count(status, "objects") + " in " + counted(status, "buckets", "bucket") + ", "
                        + bytes(status, "logicalBytes") + " as written, " + bytes(status, "storedBytes") + " stored, "
                        + bytes(status, "savedBytes") + " saved by sharing");
        table.add(
                "space",
                bytes(status, "liveBytes") + " live, " + bytes(status, "deadBytes") + " dead, "
                        + bytes(status, "parityBytes") + " parity; " + bytes(status, "freeBytes") + " free");
        group(status, "volumes")
                .ifPresent(volumes -> table.add(
                        "volumes",
                        volumes.members().keySet().stream()
                                .map(state -> count(volumes, state) + " " + state)
                                .collect(Collectors.joining(", "))));
        upkeep(status, "lastScrub", "damages").ifPresent(text -> table.add("last whole scrub", text));
        upkeep(status, "lastRepair", "repairedShards").ifPresent(text -> table.add("last repair", text));
        group(status, "rates")
                .ifPresent(rates -> table.add(
                        "last seconds",
                        rate(rates, "putsPerSecond") + " puts, " + rate(rates, "getsPerSecond") + " gets, "
                                + rate(rates, "recordsPerSecond") + " records, " + bytes(rates, "bytesInPerSecond")
                                + " in, " + bytes(rates, "bytesOutPerSecond") + " out a second"));
        group(status, "latency").ifPresent(all -> all.members()
                .forEach((operation, latency) -> table.add(operation + ", last minute", latency(latency.asObject()))));
        list(status, "partitions").forEach(value -> {
            JsonObject partition = value.asObject();
            String volume = partition.find("openVolume").map(JsonText::plain).orElse("-");
            table.add("partition " + partition.get("id"), partition.text("state") + ", open volume " + volume);
        });
        status.members().forEach((name, value) -> {
            if (!IN_WORDS.contains(name)) {
                table.add(name, JsonText.figure(name, value));
            }
        });
        List<JsonValue> jobs = list(status, "jobs");
        jobs.forEach(
                job -> table.add("job " + JsonText.plain(job.asObject().get("id")), JobVerbs.inWords(job.asObject())));
        if (jobs.isEmpty()) {
            table.add("jobs", "none under way");
        }
        table.print(session().out());
    }

    /** Empty where an older server does not tell. */
    private static Optional<String> upkeep(JsonObject status, String name, String figure) {
        if (!status.members().containsKey(name)) {
            return Optional.empty();
        }
        return Optional.of(group(status, name).map(last -> upkeep(last, figure)).orElse("never"));
    }

    private static String upkeep(JsonObject last, String figure) {
        String found = figure.equals("damages")
                ? bytes(last, "checkedBytes") + " checked, " + counted(last, figure, "damage")
                : counted(last, figure, "shard") + " made whole";
        String missing = figure(last, "missingKeys") > 0 ? ", " + count(last, "missingKeys") + " not in the index" : "";
        return last.text("endedAt") + ", " + found + ", " + counted(last, "lostKeys", "key") + " lost" + missing;
    }

    private static Optional<JsonObject> group(JsonObject status, String name) {
        return status.find(name).map(JsonValue::asObject);
    }

    private static List<JsonValue> list(JsonObject status, String name) {
        return status.find(name).map(JsonValue::asArray).map(JsonArray::values).orElse(List.of());
    }

    /** Zero where an older server does not tell. */
    private static double figure(JsonObject of, String name) {
        return of.find(name).map(JsonValue::asDouble).orElse(0.0);
    }

    private static String count(JsonObject of, String name) {
        return Figures.count(Math.round(figure(of, name)));
    }

    private static String counted(JsonObject of, String name, String one) {
        return count(of, name) + " " + one + (figure(of, name) == 1 ? "" : "s");
    }

    private static String bytes(JsonObject of, String name) {
        return Figures.bytes(Math.round(figure(of, name)));
    }

    private static String rate(JsonObject of, String name) {
        double value = figure(of, name);
        return value < 10 && value > 0 ? String.format(Locale.ROOT, "%.1f", value) : count(of, name);
    }

    private static String latency(JsonObject latency) {
        return figure(latency, "count") == 0
                ? "none"
                : "p50 " + Figures.micros(figure(latency, "p50Micros")) + ", p99 "
                        + Figures.micros(figure(latency, "p99Micros"));
    }
}
