package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.Job;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code volume} and what stands below it; {@code volumes} beside it. */
@Command(name = "volume", description = "Look at one volume.")
public final class VolumeVerbs {
    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new VolumeVerbs())
                .addSubcommand(new Show(session))
                .addSubcommand(new Verify(session))
                .addSubcommand(new ServerVerb.Dump(session));
    }

    private static String plain(JsonObject json, String name) {
        return json.find(name)
                .map(value -> value instanceof JsonValue.Text text ? text.value() : value.toString())
                .orElse("-");
    }

    /** {@code volumes}. */
    @Command(name = "volumes", description = "List the volumes.")
    public static final class All extends Verb {
        public All(Session session) {
            super(session);
        }

        @Override
        int run() {
            List<JsonObject> volumes = session().client().operations().volumes();
            if (session().json()) {
                session()
                        .print(JsonObject.of("volumes", new JsonArray(List.copyOf(volumes)))
                                .with("next", JsonNull.NULL));
                return 0;
            }
            Table table = new Table("ID", "STATE", ">SIZE", ">LIVE", ">DEAD", ">NEEDLES", "CREATED");
            for (JsonObject volume : volumes) {
                table.add(
                        volume.text("id"),
                        volume.text("state"),
                        Figures.bytes(volume.number("bytes")),
                        Figures.bytes(volume.number("liveBytes")),
                        Figures.bytes(volume.number("deadBytes")),
                        Figures.count(volume.number("needles")),
                        plain(volume, "createdAt"));
            }
            table.print(session().out());
            return 0;
        }
    }

    @Command(name = "verify", description = "Read a volume and its parity; exit code 1 when anything is damaged.")
    static final class Verify extends Verb {
        @Parameters(paramLabel = "ID", description = "For example 0-17.")
        private String id = "";

        Verify(Session session) {
            super(session);
        }

        @Override
        int run() {
            JsonObject scrub = JsonObject.of("kind", JsonValue.of("scrub")).with("volume", JsonValue.of(id));
            Job job = JobWatch.await(session(), session().client().operations().createJob(scrub));
            JobVerbs.print(session(), job);
            boolean isWhole = job.json()
                    .find("result")
                    .flatMap(result -> result.asObject().find("damaged"))
                    .map(damaged -> damaged.asArray().values().isEmpty())
                    .orElse(false);
            return isWhole ? 0 : 1;
        }
    }

    @Command(name = "show", description = "Show a volume and its shards.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "ID", description = "For example 0-17.")
        private String id = "";

        Show(Session session) {
            super(session);
        }

        @Override
        int run() {
            JsonObject volume = session().client().operations().volume(id);
            if (session().json()) {
                session().print(volume);
                return 0;
            }
            Table table = new Table("id", volume.text("id"));
            volume.members().forEach((name, value) -> {
                if (!(value instanceof JsonArray) && !name.equals("id")) {
                    table.add(name, plain(volume, name));
                }
            });
            volume.find("shards").ifPresent(shards -> shards.asArray().forEach(value -> {
                JsonObject shard = value.asObject();
                table.add(
                        "shard " + plain(shard, "index"),
                        plain(shard, "kind") + ", " + plain(shard, "state") + ", " + plain(shard, "path"));
            }));
            table.print(session().out());
            return 0;
        }
    }
}
