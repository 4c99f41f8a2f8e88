package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code record}. */
@Command(
        name = "record",
        description = "Record what the server's JVM does, to a file for JDK Mission Control; costs a percent or two.")
final class RecordVerb extends Verb {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    @Parameters(paramLabel = "FILE", description = "Where to put it, for example slow.jfr; must not exist.")
    private String file = "";

    @Option(names = "--seconds", paramLabel = "N", description = "How long, 1 to 3600 (default: 60).")
    private int seconds = 60;

    RecordVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        Path target = session().path(file);
        if (Files.exists(target)) {
            throw wrongUsage("\"" + file + "\" is there already; name another file");
        }
        String id = session().client().operations().startRecording(seconds).text("id");
        awaitEnd(id);
        try (InputStream recording = session().client().operations().recording(id)) {
            Files.copy(recording, target);
        }
        long bytes = Files.size(target);
        if (session().json()) {
            session()
                    .print(JsonObject.of("recording", JsonValue.of(id))
                            .with("file", JsonValue.of(file))
                            .with("bytes", JsonValue.of(bytes)));
        }
        session().say("Wrote " + file + ", " + Figures.bytes(bytes) + ".");
        return 0;
    }

    private void awaitEnd(String id) {
        while (isRunning(id)) {
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new CommandFailure("interrupted; recording " + id + " goes on, the console has it");
            }
        }
    }

    private boolean isRunning(String id) {
        return session().client().operations().recordings().stream()
                .anyMatch(
                        each -> each.text("id").equals(id) && each.text("state").equals("running"));
    }
}
