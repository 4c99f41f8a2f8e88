package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.Download;
import dev.hayloft.cli.transfer.SafeFolder;
import dev.hayloft.cli.transfer.Transfers;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code get}. */
@Command(
        name = "get",
        description = {
            "Fetch objects into files.",
            "get BUCKET/KEY [FILE] fetches one; without FILE under the key's last name, with - to standard output.",
            "get -r BUCKET[/PREFIX] DIR fetches all keys below PREFIX/ into DIR; names that lead out of DIR are refused."
        })
public final class GetVerb extends Verb {
    @Parameters(index = "0", paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "What to fetch.")
    private ObjectAddress from = new ObjectAddress("-", "");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Where to; a folder keeps the key's last name.")
    private Optional<String> to = Optional.empty();

    @Option(
            names = {"-r", "--recursive"},
            description = "Fetch all keys below a prefix.")
    private boolean recursive;

    @Mixin
    private ConnectionsOption connections = new ConnectionsOption();

    @Mixin
    private VersionOption version = new VersionOption();

    public GetVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        if (recursive && version.number().isPresent()) {
            throw wrongUsage("--version is of one object; leave -r out");
        }
        if (recursive) {
            return getFolder(
                    to.orElseThrow(() -> wrongUsage("get -r needs a folder to write to: get -r BUCKET/PREFIX DIR")));
        }
        withKey(from);
        if (to.isPresent() && to.get().equals("-")) {
            return CatVerb.copy(session(), from, version.get());
        }
        Path file = target();
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "")) {
            long bytes =
                    new Download(session().client(), progress).save(from.bucket(), from.key(), version.get(), file);
            progress.stop();
            if (session().json()) {
                session()
                        .print(JsonObject.of("bucket", JsonValue.of(from.bucket()))
                                .with("key", JsonValue.of(from.key()))
                                .with("file", JsonValue.of(file.toString()))
                                .with("size", JsonValue.of(bytes)));
            }
            session()
                    .say("Fetched " + Figures.printable(file.toString()) + ", " + Figures.bytes(bytes) + " in "
                            + Figures.seconds(progress.elapsedSeconds()) + ".");
            return 0;
        }
    }

    private Path target() {
        String last = from.lastName();
        Path given = session().path(to.orElse(""));
        boolean intoFolder = to.isEmpty() || Files.isDirectory(given);
        if (intoFolder && (last.isEmpty() || last.equals(".") || last.equals(".."))) {
            throw wrongUsage("the key \"" + from.key() + "\" ends in no name of a file; write get BUCKET/KEY FILE");
        }
        Path file = intoFolder ? given.resolve(last) : given;
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new CommandFailure("there is no folder " + folder + " to write to");
        }
        return file;
    }

    private int getFolder(String to) throws IOException {
        ListOptions below = ListOptions.prefix(from.folder()).withLimit(ListOptions.LIMIT_MAX);
        session().client().bucket(from.bucket()); // A missing bucket is told before a folder is made.
        SafeFolder folder = SafeFolder.open(session().path(to));
        AtomicLong bytes = new AtomicLong();
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "objects")) {
            Download download = new Download(session().client(), progress);
            Transfers transfers = new Transfers(connections.count(), session().err(), progress);
            if (session().environment().terminal()) {
                Counting.of(session().client(), from.bucket(), below, progress);
            }
            for (ListEntry entry : session().client().list(from.bucket(), below)) {
                String key = entry.name();
                transfers.submit(Figures.printable(key), () -> {
                    Path file = folder.file(key.substring(from.folder().length()));
                    bytes.addAndGet(download.save(from.bucket(), key, file));
                });
            }
            long failed = transfers.finish();
            progress.stop();
            if (transfers.done() + failed == 0) {
                throw new CommandFailure("no-such-key: no key of bucket \"" + from.bucket() + "\" begins with \""
                        + from.folder() + "\"; `hayloft ls " + from.bucket() + "` shows what is there");
            }
            return Summary.print(
                    session(), "Fetched", transfers.done(), bytes.get(), failed, progress.elapsedSeconds());
        }
    }
}
