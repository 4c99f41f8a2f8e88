package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.MediaTypes;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.FileFailure;
import dev.hayloft.cli.transfer.FileTree;
import dev.hayloft.cli.transfer.Transfers;
import dev.hayloft.client.Content;
import dev.hayloft.client.PutOptions;
import dev.hayloft.client.PutResult;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code put}. */
@Command(
        name = "put",
        description = {
            "Store files.",
            "put FILE BUCKET[/KEY] stores one, as KEY or by its own name; - is standard input.",
            "put FILE... BUCKET[/PREFIX/] stores several by their names.",
            "put -r DIR BUCKET[/PREFIX] stores the regular files below DIR, following links to files, as PREFIX/relative/path."
        })
public final class PutVerb extends Verb {
    @Parameters(arity = "2..*", paramLabel = "FILE... BUCKET[/KEY]", description = "Files, then where to store them.")
    private List<String> arguments = List.of();

    @Option(
            names = {"-r", "--recursive"},
            description = "Store a folder.")
    private boolean recursive;

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            description = "Media type (default: by the end of the name, else application/octet-stream).")
    private Optional<String> contentType = Optional.empty();

    @Option(names = "--meta", paramLabel = "NAME=VALUE", description = "User metadata; may be repeated.")
    private Map<String, String> metadata = Map.of();

    @Option(
            names = "--durability",
            paramLabel = "WHEN",
            description = "Acknowledge when on disk or in memory: ${COMPLETION-CANDIDATES}.")
    private Optional<Durability> durability = Optional.empty();

    @Option(names = "--if-absent", description = "Only where the key is absent.")
    private boolean ifAbsent;

    @Mixin
    private ConnectionsOption connections = new ConnectionsOption();

    public PutVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        String last = arguments.get(arguments.size() - 1);
        ObjectAddress to;
        try {
            to = ObjectAddress.parse(last);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(FailureText.message(e));
        }
        List<String> files = arguments.subList(0, arguments.size() - 1);
        if (recursive) {
            if (files.size() > 1) {
                throw wrongUsage("put -r takes one folder, not " + files.size());
            }
            return putFolder(session().path(files.get(0)), to);
        }
        if (files.size() > 1 && !to.key().isEmpty() && !to.key().endsWith("/")) {
            throw wrongUsage("several files need a bucket or a prefix that ends with /, not \"" + to + "\"");
        }
        for (String file : files) {
            putFile(file, to);
        }
        return 0;
    }

    private PutOptions options() {
        PutOptions options = PutOptions.none();
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            options = options.withMetadata(entry.getKey(), entry.getValue());
        }
        if (durability.isPresent()) {
            options = options.withDurability(durability.get());
        }
        return ifAbsent ? options.ifAbsent() : options;
    }

    /** By the file's name; by the key's where the file has none. */
    private PutOptions typed(PutOptions options, String file, String key) {
        return contentType
                .or(() -> MediaTypes.ofName(file))
                .or(() -> MediaTypes.ofName(key))
                .map(options::withContentType)
                .orElse(options);
    }

    private void putFile(String file, ObjectAddress to) {
        boolean standardInput = file.equals("-");
        boolean named = !to.key().isEmpty() && !to.key().endsWith("/");
        if (standardInput && !named) {
            throw wrongUsage("standard input has no name; write put - BUCKET/KEY");
        }
        Path path = session().path(file);
        if (!standardInput && !Files.isRegularFile(path)) {
            throw new CommandFailure(
                    Files.isDirectory(path)
                            ? file + " is a folder; `put -r " + file + " BUCKET/PREFIX` stores one"
                            : "there is no file " + file);
        }
        String key =
                named ? to.key() : to.key() + path.toAbsolutePath().normalize().getFileName();
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "")) {
            Content content = standardInput ? Content.of(session().environment().input()) : Content.of(path);
            content.sizeBytes().ifPresent(progress::expectBytes);
            PutOptions options = typed(options(), file, key).withProgress(progress::addBytes);
            PutResult result = session().client().put(to.bucket(), key, content, options);
            report(to.bucket(), key, result, progress.elapsedSeconds());
        }
    }

    private void report(String bucket, String key, PutResult result, double seconds) {
        if (session().json()) {
            session()
                    .print(JsonObject.of("bucket", JsonValue.of(bucket))
                            .with("key", JsonValue.of(key))
                            .with("size", JsonValue.of(result.sizeBytes()))
                            .with("etag", JsonValue.of(result.etag().replace("\"", "")))
                            .with("sha256", JsonValue.of(result.sha256().hex()))
                            .with("version", JsonValue.of(result.version()))
                            .with("created", JsonValue.of(result.created())));
        }
        session()
                .say((result.created() ? "Stored " : "Replaced ") + bucket + "/" + Figures.printable(key) + ", "
                        + Figures.bytes(result.sizeBytes()) + " in " + Figures.seconds(seconds) + ".");
    }

    private int putFolder(Path folder, ObjectAddress to) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new CommandFailure("there is no folder " + folder);
        }
        FileTree tree = new FileTree(folder.toRealPath());
        PutOptions options = options();
        AtomicLong bytes = new AtomicLong();
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "files")) {
            session().client().bucket(to.bucket()); // A missing bucket or key is one failure, not one per file.
            Transfers transfers = new Transfers(connections.count(), session().err(), progress);
            if (session().environment().terminal()) {
                Counting.of(tree, progress);
            }
            PutOptions counted = options.withProgress(progress::addBytes);
            tree.walk(new FileTree.Visitor() {
                @Override
                public void file(Path file, String name, long sizeBytes) {
                    String key = to.folder() + name;
                    transfers.submit(Figures.printable(file.toString()), () -> {
                        PutResult result =
                                session().client().put(to.bucket(), key, Content.of(file), typed(counted, name, key));
                        bytes.addAndGet(result.sizeBytes());
                    });
                }

                @Override
                public void unreadable(Path file, IOException reason) {
                    transfers.fail(Figures.printable(file.toString()), FileFailure.of(reason));
                }
            });
            long failed = transfers.finish();
            progress.stop();
            return Summary.print(session(), "Stored", transfers.done(), bytes.get(), failed, progress.elapsedSeconds());
        }
    }
}
