package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.PlaceOptions;
import dev.hayloft.client.Placed;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mv} and {@code cp}: both happen on the server. */
public final class PlaceVerbs {
    private PlaceVerbs() {}

    private abstract static class Base extends Verb {
        @Parameters(index = "0", paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which object.")
        @SuppressWarnings("NullAway.Init") // Set by picocli.
        private ObjectAddress from;

        @Parameters(
                index = "1",
                paramLabel = "BUCKET[/KEY]",
                converter = Addresses.class,
                description = "Where to; without a key, or with one that ends in /, the last name stays.")
        @SuppressWarnings("NullAway.Init") // Set by picocli.
        private ObjectAddress to;

        @Option(
                names = {"-n", "--no-overwrite"},
                description = "Fail if something stands there.")
        private boolean noOverwrite;

        Base(Session session) {
            super(session);
        }

        final ObjectAddress from() {
            return withKey(from);
        }

        final ObjectAddress to() {
            boolean named = !to.key().isEmpty() && !to.key().endsWith("/");
            return named ? to : withKey(new ObjectAddress(to.bucket(), to.key() + from().lastName()));
        }

        final PlaceOptions options() {
            PlaceOptions options = PlaceOptions.replacing();
            return noOverwrite ? options.withoutOverwriting() : options;
        }

        final Placed copy(PlaceOptions options) {
            return session().client().copy(from.bucket(), from.key(), to().bucket(), to().key(), options);
        }

        final int tell(String done, Placed placed) {
            if (session().json()) {
                session()
                        .print(JsonObject.of("key", JsonValue.of(placed.key()))
                                .with("version", JsonValue.of(placed.version()))
                                .with("replaced", JsonValue.of(placed.replaced())));
            }
            session()
                    .say(done + " " + Figures.printable(from.toString()) + " to " + Figures.printable(to().toString())
                            + ".");
            return 0;
        }
    }

    /** {@code mv}. */
    @Command(
            name = "mv",
            description = {
                "Rename an object on the server.",
                "Within a bucket it happens at once, with all versions. Into another bucket the newest version is copied",
                "and then deleted, unless somebody has changed it meanwhile."
            })
    static final class Move extends Base {
        Move(Session session) {
            super(session);
        }

        @Override
        int run() {
            ObjectAddress from = from();
            ObjectAddress to = to();
            if (from.bucket().equals(to.bucket())) {
                return tell("Moved", session().client().rename(from.bucket(), from.key(), to.key(), options()));
            }
            String version = session().client().head(from.bucket(), from.key()).version();
            Placed placed = copy(options().whileVersion(version));
            session().client().deleteIf(from.bucket(), from.key(), version);
            return tell("Moved", placed);
        }
    }

    /** {@code cp}. */
    @Command(name = "cp", description = "Copy an object on the server, within a bucket or to another.")
    static final class Copy extends Base {
        @Mixin
        private VersionOption version = new VersionOption();

        Copy(Session session) {
            super(session);
        }

        @Override
        int run() {
            from();
            PlaceOptions options = version.number().map(options()::ofVersion).orElseGet(this::options);
            return tell("Copied", copy(options));
        }
    }
}
