package dev.hayloft.cli.verb;

import dev.hayloft.cli.place.Place;
import dev.hayloft.cli.place.Places;
import dev.hayloft.cli.place.Sync;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.Transfers;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}, {@code export} and {@code sync}: one comparison and one copy between any two places. */
final class SyncVerbs {
    private SyncVerbs() {}

    private abstract static class Pair extends Verb {
        @Option(names = "--dry-run", description = "Tell what would be done, and do nothing.")
        private boolean dryRun;

        @Mixin
        private ConnectionsOption connections = new ConnectionsOption();

        Pair(Session session) {
            super(session);
        }

        final int copy(String from, String to, boolean delete) throws IOException {
            Places places = new Places(session());
            try (Place source = places.open(from, false);
                    Place target = places.open(to, !dryRun);
                    Progress progress = Progress.start(
                            session().err(), session().environment().terminal(), "objects")) {
                if (source.overlaps(target) || target.overlaps(source)) {
                    throw new CommandFailure("refused: one of " + source.name() + " and " + target.name()
                            + " lies within the other, so that copies would be copied or originals deleted;"
                            + " name a target beside the source");
                }
                Sync sync = new Sync(source, target, new Sync.Options(delete, dryRun), progress, this::tell);
                Transfers transfers =
                        new Transfers(connections.count(), session().err(), progress);
                sync.run(transfers);
                long failed = transfers.finish();
                progress.stop();
                return summary(sync, source.name() + " to " + target.name(), failed, progress.elapsedSeconds());
            }
        }

        private synchronized void tell(String what, String key) {
            if (dryRun) {
                if (session().json()) {
                    session().print(JsonObject.of("action", JsonValue.of(what)).with("key", JsonValue.of(key)));
                }
                session().say("would " + what + " " + Figures.printable(key));
            }
        }

        private int summary(Sync sync, String pair, long failed, double seconds) {
            if (session().json()) {
                session()
                        .print(JsonObject.of("copied", JsonValue.of(sync.copied()))
                                .with("bytes", JsonValue.of(sync.copiedBytes()))
                                .with("deleted", JsonValue.of(sync.deleted()))
                                .with("equal", JsonValue.of(sync.equal()))
                                .with("failed", JsonValue.of(failed))
                                .with("dryRun", JsonValue.of(dryRun))
                                .with("seconds", JsonValue.of(seconds)));
            }
            session()
                    .say((dryRun ? "Would copy " : "Copied ") + Figures.objects(sync.copied()) + ", "
                            + Figures.bytes(sync.copiedBytes()) + ", from " + pair + "; "
                            + Figures.count(sync.deleted()) + (dryRun ? " to delete, " : " deleted, ")
                            + Figures.count(sync.equal()) + " equal already, " + Figures.count(failed) + " failed, in "
                            + Figures.seconds(seconds) + ".");
            return failed == 0 ? 0 : 1;
        }
    }

    /** {@code sync}. */
    @Command(
            name = "sync",
            description = {"Make place B equal to place A, by content.", Places.FORMS})
    static final class Equal extends Pair {
        @Parameters(index = "0", paramLabel = "A", description = "Where objects come from.")
        private String from = "";

        @Parameters(index = "1", paramLabel = "B", description = "Where they go to.")
        private String to = "";

        @Option(names = "--delete", description = "Delete from B what A does not have.")
        private boolean delete;

        Equal(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            return copy(from, to, delete);
        }
    }

    /** {@code import}. */
    @Command(
            name = "import",
            description = {"Bring objects from elsewhere into a bucket; what is there already is skipped.", Places.FORMS
            })
    static final class Import extends Pair {
        @Parameters(index = "0", paramLabel = "PLACE", description = "Where objects come from.")
        private String from = "";

        @Parameters(index = "1", paramLabel = "BUCKET[/PREFIX]", description = "Where they go to.")
        private String to = "";

        Import(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            return copy(from, to, false);
        }
    }

    /** {@code export}. */
    @Command(
            name = "export",
            description = {"Copy a bucket's objects elsewhere; what is there already is skipped.", Places.FORMS})
    static final class Export extends Pair {
        @Parameters(index = "0", paramLabel = "BUCKET[/PREFIX]", description = "Where objects come from.")
        private String from = "";

        @Parameters(index = "1", paramLabel = "PLACE", description = "Where they go to.")
        private String to = "";

        Export(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            return copy(from, to, false);
        }
    }
}
