package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code user} and what stands below it. */
@Command(name = "user", description = "Make, show, change and delete users and their keys.")
public final class UserVerbs {
    private static final Set<String> ACCESS = Set.of("read", "write", "admin");

    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        CommandLine key =
                new CommandLine(new Keys()).addSubcommand(new AddKey(session)).addSubcommand(new RemoveKey(session));
        return new CommandLine(new UserVerbs())
                .addSubcommand(new Create(session))
                .addSubcommand(new Ls(session))
                .addSubcommand(new Show(session))
                .addSubcommand(new Rm(session))
                .addSubcommand(new GrantVerb(session))
                .addSubcommand(new Revoke(session))
                .addSubcommand("key", key);
    }

    private static List<JsonValue> grants(JsonObject user) {
        return new ArrayList<>(user.get("grants").asArray().values());
    }

    private static List<String> access(JsonObject grant) {
        List<String> words = new ArrayList<>();
        grant.get("access").asArray().forEach(word -> words.add(word.asText()));
        return words;
    }

    private static String plain(JsonObject user) {
        return grants(user).stream()
                .map(JsonValue::asObject)
                .map(grant -> grant.text("bucket") + ":" + String.join(",", access(grant)))
                .collect(Collectors.joining(" "));
    }

    private static JsonObject grant(String bucket, Set<String> access) {
        List<JsonValue> words = access.stream().<JsonValue>map(JsonValue::of).toList();
        return JsonObject.of("bucket", JsonValue.of(bucket)).with("access", new JsonArray(words));
    }

    private static void print(Session session, JsonObject user) {
        if (session.json()) {
            session.print(user);
            return;
        }
        Table table = new Table("name", user.text("name"));
        table.add("createdAt", user.text("createdAt"));
        table.add("grants", plain(user).isEmpty() ? "-" : plain(user));
        user.get("keys").asArray().forEach(value -> {
            JsonObject key = value.asObject();
            String used =
                    key.find("lastUsedAt").map(at -> "last used " + at.asText()).orElse("never used");
            table.add("key " + key.text("accessKey"), "made " + key.text("createdAt") + ", " + used);
        });
        table.print(session.out());
    }

    /** A key that was just made: the only time that its secret is shown. */
    private static void printKey(Session session, JsonObject made) {
        if (session.json()) {
            session.print(made);
            return;
        }
        Table table = new Table("access_key", made.text("accessKey"));
        table.add("secret_key", made.text("secretKey"));
        table.print(session.out());
        session.err().println("The secret is shown this once; keep it.");
    }

    /** {@code user create}. */
    @Command(name = "create", description = "Make a user with a first key, whose secret is shown once.")
    static final class Create extends Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "For example ann.")
        private String name = "";

        @Option(
                names = "--grant",
                paramLabel = "BUCKET:ACCESS",
                description = "For example photos:read,write or 'photos*:read'; as often as needed.")
        private List<String> grants = new ArrayList<>();

        Create(Session session) {
            super(session);
        }

        @Override
        int run() {
            List<JsonValue> all = new ArrayList<>();
            for (String text : grants) {
                Wanted wanted = Wanted.parse(this, List.of(text), false);
                all.add(grant(wanted.bucket(), wanted.access()));
            }
            JsonObject wish = JsonObject.of("name", JsonValue.of(name)).with("grants", new JsonArray(all));
            printKey(session(), session().client().operations().createUser(wish));
            return 0;
        }
    }

    /** {@code user ls}. */
    @Command(name = "ls", description = "List the users.")
    static final class Ls extends Verb {
        Ls(Session session) {
            super(session);
        }

        @Override
        int run() {
            List<JsonObject> users = session().client().operations().users();
            if (session().json()) {
                session()
                        .print(JsonObject.of("users", new JsonArray(List.copyOf(users)))
                                .with("next", JsonNull.NULL));
                return 0;
            }
            Table table = new Table("NAME", ">KEYS", "CREATED", "GRANTS");
            for (JsonObject user : users) {
                int keys = user.get("keys").asArray().values().size();
                table.add(user.text("name"), Integer.toString(keys), user.text("createdAt"), plain(user));
            }
            table.print(session().out());
            return 0;
        }
    }

    /** A verb on one user. */
    abstract static class One extends Verb {
        @Parameters(index = "0", paramLabel = "NAME", description = "The user's name.")
        private String name = "";

        One(Session session) {
            super(session);
        }

        final String name() {
            return name;
        }
    }

    /** {@code user show}. */
    @Command(name = "show", description = "Show a user with grants and keys.")
    static final class Show extends One {
        Show(Session session) {
            super(session);
        }

        @Override
        int run() {
            print(session(), session().client().operations().user(name()));
            return 0;
        }
    }

    /** {@code user rm}. */
    @Command(name = "rm", description = "Delete a user; every key and token of the user ends.")
    static final class Rm extends One {
        Rm(Session session) {
            super(session);
        }

        @Override
        int run() {
            session().client().operations().deleteUser(name());
            if (session().json()) {
                session().print(JsonObject.of("deleted", JsonValue.of(name())));
            }
            session().say("deleted user " + name());
            return 0;
        }
    }

    /** What the arguments of grant and revoke say. */
    private record Wanted(String bucket, Set<String> access) {
        static Wanted parse(Verb verb, List<String> arguments, boolean mayBeAll) {
            String first = arguments.get(0);
            int colon = first.indexOf(':');
            Set<String> access = new LinkedHashSet<>();
            List<String> words = new ArrayList<>(arguments.subList(1, arguments.size()));
            if (colon >= 0) {
                words.add(0, first.substring(colon + 1));
            }
            for (String word : words) {
                access.addAll(List.of(word.split(",")));
            }
            if (!ACCESS.containsAll(access) || (access.isEmpty() && !mayBeAll)) {
                throw verb.wrongUsage("access is some of read, write, admin, as in photos:read,write");
            }
            return new Wanted(colon >= 0 ? first.substring(0, colon) : first, access);
        }
    }

    /** {@code user grant}. */
    @Command(
            name = "grant",
            description = "Let a user do more: read, write or admin on a bucket or a prefix of buckets.")
    static final class GrantVerb extends One {
        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "BUCKET ACCESS",
                description = "For example: photos read,write, or 'photos*' read, or photos:read.")
        private List<String> arguments = new ArrayList<>();

        GrantVerb(Session session) {
            super(session);
        }

        @Override
        int run() {
            Wanted wanted = Wanted.parse(this, arguments, false);
            JsonObject user = session().client().operations().user(name());
            List<JsonValue> after = new ArrayList<>();
            Set<String> access = new LinkedHashSet<>();
            for (JsonValue value : grants(user)) {
                if (value.asObject().text("bucket").equals(wanted.bucket())) {
                    access.addAll(access(value.asObject()));
                } else {
                    after.add(value);
                }
            }
            access.addAll(wanted.access());
            after.add(grant(wanted.bucket(), access));
            print(session(), session().client().operations().grantUser(name(), new JsonArray(after)));
            return 0;
        }
    }

    /** {@code user revoke}. */
    @Command(name = "revoke", description = "Take grants back: all of a bucket or prefix, or the access named.")
    static final class Revoke extends One {
        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "BUCKET [ACCESS]",
                description = "As it was granted, for example: photos, or 'photos*' write.")
        private List<String> arguments = new ArrayList<>();

        Revoke(Session session) {
            super(session);
        }

        @Override
        int run() {
            Wanted wanted = Wanted.parse(this, arguments, true);
            JsonObject user = session().client().operations().user(name());
            List<JsonValue> after = new ArrayList<>();
            boolean found = false;
            for (JsonValue value : grants(user)) {
                JsonObject granted = value.asObject();
                if (!granted.text("bucket").equals(wanted.bucket())) {
                    after.add(value);
                    continue;
                }
                found = true;
                Set<String> left = new LinkedHashSet<>(access(granted));
                left.removeAll(wanted.access());
                if (!wanted.access().isEmpty() && !left.isEmpty()) {
                    after.add(grant(wanted.bucket(), left));
                }
            }
            if (!found) {
                session().err().println("hayloft: " + name() + " has no grant on " + wanted.bucket());
                return 1;
            }
            print(session(), session().client().operations().grantUser(name(), new JsonArray(after)));
            return 0;
        }
    }

    /** {@code user key}. */
    @Command(name = "key", description = "Make and remove a user's keys.")
    static final class Keys {}

    /** {@code user key add}. */
    @Command(name = "add", description = "Make one more key, whose secret is shown once.")
    static final class AddKey extends One {
        AddKey(Session session) {
            super(session);
        }

        @Override
        int run() {
            printKey(session(), session().client().operations().addUserKey(name()));
            return 0;
        }
    }

    /** {@code user key rm}. */
    @Command(name = "rm", description = "Remove a key; what was made with it (tokens, links) ends.")
    static final class RemoveKey extends One {
        @Parameters(index = "1", paramLabel = "KEY", description = "The access key.")
        private String key = "";

        RemoveKey(Session session) {
            super(session);
        }

        @Override
        int run() {
            session().client().operations().removeUserKey(name(), key);
            if (session().json()) {
                session().print(JsonObject.of("user", JsonValue.of(name())).with("removed", JsonValue.of(key)));
            }
            session().say("removed key " + key);
            return 0;
        }
    }
}
