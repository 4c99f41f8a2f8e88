package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.cli.transfer.FileFailure;
import dev.hayloft.client.Bucket;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonException;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bucket} and what stands below it. */
@Command(name = "bucket", description = "Make, show, change and delete buckets.")
public final class BucketVerbs {
    private static final Set<String> NUMBERS = Set.of("maxVersions", "ttl", "quotaBytes", "quotaObjects");
    private static final Set<String> TRUTHS = Set.of("deduplicate", "encrypt", "readOnly");
    private static final Set<String> WORDS = Set.of("versioning", "compression", "durability");

    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new BucketVerbs())
                .addSubcommand(new Create(session))
                .addSubcommand(new Ls(session))
                .addSubcommand(new Show(session))
                .addSubcommand(new Change(session))
                .addSubcommand(new Rm(session));
    }

    /** Prints a bucket as a person or a program wants it. */
    static void print(Session session, Bucket bucket) {
        if (session.json()) {
            session.print(bucket.json());
            return;
        }
        Table table = new Table("name", bucket.name());
        bucket.json().members().forEach((name, value) -> {
            if (value instanceof JsonObject group) {
                String prefix = name.equals("settings") ? "" : name + ".";
                group.members().forEach((member, to) -> table.add(prefix + member, plain(to)));
            } else if (!name.equals("name")) {
                table.add(name, plain(value));
            }
        });
        table.print(session.out());
    }

    private static String plain(JsonValue value) {
        return value.isNull() ? "-" : value instanceof JsonValue.Text text ? text.value() : value.toString();
    }

    /** Names and values as typed, in the shapes of the contract. */
    private static JsonObject settings(Verb verb, Map<String, String> typed) {
        JsonObject settings = JsonObject.EMPTY;
        for (Map.Entry<String, String> setting : typed.entrySet()) {
            settings = settings.with(setting.getKey(), setting(verb, setting.getKey(), setting.getValue()));
        }
        return settings;
    }

    private static JsonValue setting(Verb verb, String name, String value) {
        if (value.equals("null")) {
            return JsonNull.NULL;
        }
        if (TRUTHS.contains(name)) {
            if (!value.equals("true") && !value.equals("false")) {
                throw verb.wrongUsage(name + " takes true or false, not \"" + value + "\"");
            }
            return JsonValue.of(Boolean.parseBoolean(value));
        }
        if (NUMBERS.contains(name)) {
            try {
                return JsonValue.of(Figures.parseBytes(value));
            } catch (IllegalArgumentException e) {
                throw verb.wrongUsage(name + " takes a number or null, not \"" + value + "\"");
            }
        }
        if (name.equals("cors")) {
            return rules(verb, value);
        }
        if (!WORDS.contains(name)) {
            throw verb.wrongUsage(
                    "there is no setting \"" + name + "\"; there are versioning, maxVersions, compression,"
                            + " deduplicate, encrypt, ttl, durability, quotaBytes, quotaObjects, readOnly and cors");
        }
        return JsonValue.of(value.toLowerCase(Locale.ROOT));
    }

    /** Rules for other origins: JSON as typed, or a file of it after an at sign. */
    private static JsonValue rules(Verb verb, String value) {
        try {
            return JsonValue.parse(value.startsWith("@") ? Files.readString(Path.of(value.substring(1))) : value);
        } catch (JsonException e) {
            throw verb.wrongUsage("cors takes a list of rules as JSON, @FILE with one, or null: " + e.getMessage());
        } catch (IOException e) {
            throw new CommandFailure("Cannot read the rules: " + FileFailure.of(e), e);
        }
    }

    @Command(name = "create", description = "Make a bucket; one of the same settings may exist.")
    static final class Create extends Verb {
        @Parameters(index = "0", paramLabel = "BUCKET", description = "3 to 63 of a-z 0-9 . -")
        private String bucket = "";

        @Parameters(
                index = "1..*",
                paramLabel = "NAME=VALUE",
                description = "Settings, for example versioning=on ttl=3600.")
        private Map<String, String> settings = Map.of();

        Create(Session session) {
            super(session);
        }

        @Override
        int run() {
            Bucket made = session().client().createBucket(bucket, settings(this, settings));
            if (session().json()) {
                session().print(made.json());
            }
            session().say("Bucket " + made.name() + " is there.");
            return 0;
        }
    }

    @Command(name = "ls", description = "List the buckets.")
    static final class Ls extends Verb {
        Ls(Session session) {
            super(session);
        }

        @Override
        int run() {
            List<Bucket> buckets = session().client().buckets();
            if (session().json()) {
                List<JsonValue> all = new ArrayList<>();
                buckets.forEach(bucket -> all.add(bucket.json()));
                session().print(JsonObject.of("buckets", new JsonArray(all)).with("next", JsonNull.NULL));
                return 0;
            }
            Table table = new Table("NAME", ">OBJECTS", ">SIZE", "CREATED");
            for (Bucket bucket : buckets) {
                table.add(
                        bucket.name(),
                        Figures.count(bucket.objects()),
                        Figures.bytes(bucket.logicalBytes()),
                        bucket.json().text("createdAt"));
            }
            table.print(session().out());
            return 0;
        }
    }

    @Command(name = "show", description = "Show a bucket's settings and figures.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "BUCKET", description = "Which one.")
        private String bucket = "";

        Show(Session session) {
            super(session);
        }

        @Override
        int run() {
            print(session(), session().client().bucket(bucket));
            return 0;
        }
    }

    @Command(name = "set", description = "Change settings of a bucket; null takes one back to its default.")
    static final class Change extends Verb {
        @Parameters(index = "0", paramLabel = "BUCKET", description = "Which one.")
        private String bucket = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "NAME=VALUE",
                description = "For example maxVersions=5 ttl=null.")
        private Map<String, String> settings = Map.of();

        Change(Session session) {
            super(session);
        }

        @Override
        int run() {
            print(session(), session().client().patchBucket(bucket, settings(this, settings)));
            return 0;
        }
    }

    @Command(name = "rm", description = "Delete a bucket.")
    static final class Rm extends Verb {
        @Parameters(paramLabel = "BUCKET", description = "Which one.")
        private String bucket = "";

        @Option(names = "--force", description = "Delete its contents too.")
        private boolean force;

        Rm(Session session) {
            super(session);
        }

        @Override
        int run() {
            session().client().deleteBucket(bucket, force);
            if (session().json()) {
                session().print(JsonObject.of("deleted", JsonValue.of(bucket)));
            }
            session().say("Bucket " + bucket + " is deleted.");
            return 0;
        }
    }
}
