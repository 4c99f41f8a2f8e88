package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.AppendResult;
import dev.hayloft.client.Content;
import dev.hayloft.client.PutOptions;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code append}. */
@Command(
        name = "append",
        description = {
            "Put a file behind what an object has; - is standard input. An absent object is made.",
            "Appends to one key happen one after another, each whole."
        })
public final class AppendVerb extends Verb {
    @Parameters(index = "0", paramLabel = "BUCKET/KEY", description = "The object.")
    private String target = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "What to append.")
    private String file = "";

    @Option(
            names = "--offset",
            paramLabel = "BYTES",
            description = "Only where the object has this size; 0 where it is absent. Makes it safe to repeat.")
    private Optional<Long> offset = Optional.empty();

    @Option(
            names = "--durability",
            paramLabel = "WHEN",
            description = "Acknowledge when on disk or in memory: ${COMPLETION-CANDIDATES}.")
    private Optional<Durability> durability = Optional.empty();

    public AppendVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        ObjectAddress to;
        try {
            to = ObjectAddress.parse(target);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(FailureText.message(e));
        }
        if (to.key().isEmpty()) {
            throw wrongUsage("append needs BUCKET/KEY, not \"" + target + "\"");
        }
        Path path = session().path(file);
        boolean standardInput = file.equals("-");
        if (!standardInput && !Files.isRegularFile(path)) {
            throw new CommandFailure("there is no file " + file);
        }
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "")) {
            Content content = standardInput ? Content.of(session().environment().input()) : Content.of(path);
            content.sizeBytes().ifPresent(progress::expectBytes);
            PutOptions options = PutOptions.none().withProgress(progress::addBytes);
            if (durability.isPresent()) {
                options = options.withDurability(durability.get());
            }
            if (offset.isPresent()) {
                options = options.atOffset(offset.get());
            }
            report(to, session().client().append(to.bucket(), to.key(), content, options), progress.elapsedSeconds());
        }
        return 0;
    }

    private void report(ObjectAddress to, AppendResult result, double seconds) {
        if (session().json()) {
            session()
                    .print(JsonObject.of("bucket", JsonValue.of(to.bucket()))
                            .with("key", JsonValue.of(to.key()))
                            .with("appended", JsonValue.of(result.sentBytes()))
                            .with("size", JsonValue.of(result.objectSizeBytes()))
                            .with("etag", JsonValue.of(result.etag().replace("\"", "")))
                            .with("version", JsonValue.of(result.version()))
                            .with("created", JsonValue.of(result.created())));
        }
        session()
                .say("Appended " + Figures.bytes(result.sentBytes()) + " to " + to.bucket() + "/"
                        + Figures.printable(to.key()) + ", now " + Figures.bytes(result.objectSizeBytes()) + ", in "
                        + Figures.seconds(seconds) + ".");
    }
}
