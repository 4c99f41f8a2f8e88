package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.Transfers;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rm}. */
@Command(
        name = "rm",
        description = {
            "Delete objects; an absent key is deleted already.",
            "rm --version N BUCKET/KEY deletes one version, rm --purge BUCKET/KEY all of them for good.",
            "rm -r BUCKET/PREFIX deletes all keys below PREFIX/, rm -r BUCKET all keys of the bucket."
        })
public final class RmVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which ones.")
    private List<ObjectAddress> objects = List.of();

    @Option(
            names = {"-r", "--recursive"},
            description = "Delete all keys below a prefix.")
    private boolean recursive;

    @Mixin
    private ConnectionsOption connections = new ConnectionsOption();

    @Mixin
    private VersionOption version = new VersionOption();

    @Option(names = "--purge", description = "Delete all versions, for good.")
    private boolean purge;

    public RmVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        boolean ofOne = version.number().isPresent();
        if (ofOne && (recursive || purge || objects.size() > 1)) {
            throw wrongUsage("--version is of one object; name one, without -r and --purge");
        }
        if (recursive) {
            return objects.stream().mapToInt(this::deleteFolder).max().orElse(0);
        }
        objects.forEach(this::withKey);
        for (ObjectAddress object : objects) {
            delete(object.bucket(), object.key());
            if (session().json()) {
                session().print(JsonObject.of("key", JsonValue.of(object.key())).with("deleted", JsonValue.of(true)));
            }
            session().say("Deleted " + Figures.printable(object.toString()) + ".");
        }
        return 0;
    }

    private void delete(String bucket, String key) {
        if (purge) {
            session().client().purge(bucket, key);
        } else if (version.number().isPresent()) {
            session().client().deleteVersion(bucket, key, version.number().get());
        } else {
            session().client().delete(bucket, key);
        }
    }

    private int deleteFolder(ObjectAddress folder) {
        ListOptions below = ListOptions.prefix(folder.folder()).withLimit(ListOptions.LIMIT_MAX);
        AtomicLong bytes = new AtomicLong();
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "objects")) {
            Iterable<ListEntry> entries = session().client().list(folder.bucket(), below);
            Transfers transfers = new Transfers(connections.count(), session().err(), progress);
            for (ListEntry entry : entries) {
                String key = entry.name();
                long sizeBytes = entry instanceof ListEntry.ObjectEntry object ? object.sizeBytes() : 0;
                transfers.submit(Figures.printable(key), () -> {
                    delete(folder.bucket(), key);
                    bytes.addAndGet(sizeBytes);
                });
            }
            long failed = transfers.finish();
            progress.stop();
            return Summary.print(
                    session(), "Deleted", transfers.done(), bytes.get(), failed, progress.elapsedSeconds());
        }
    }
}
