package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.Change;
import dev.hayloft.client.ChangePage;
import dev.hayloft.client.ChangesOptions;
import dev.hayloft.client.HayloftClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tail}. */
@Command(
        name = "tail",
        description = {
            "Show the changes of a bucket in their order, and wait for more.",
            "With --cursor-file the next run goes on where this one has ended, however it ended."
        })
final class TailVerb extends Verb {
    private static final int PAGE = 1_000;
    private static final int WAIT_SECONDS = 20;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What may pass while the server is started anew. */
    private static final Set<String> PASSING = Set.of(
            HayloftClientException.NO_CONNECTION,
            HayloftClientException.NO_ANSWER,
            HayloftClientException.CUT_BODY,
            "too-many-requests",
            "unavailable");

    @Parameters(index = "0", paramLabel = "BUCKET", description = "Whose changes.")
    private String bucket = "";

    @Option(
            names = "--after",
            paramLabel = "CURSOR",
            description = "earliest (the default), latest, or the cursor of a change.")
    private Optional<String> after = Optional.empty();

    @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin so.")
    private String prefix = "";

    @Option(names = "--once", description = "End with the last change that is there.")
    private boolean once;

    @Option(
            names = {"-f", "--follow"},
            description = "Wait for more, until interrupted (the default).")
    private boolean follow;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many changes.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--cursor-file",
            paramLabel = "FILE",
            description = "Begin after the cursor in this file, if it exists, and keep it up to date.")
    private Optional<String> cursorFile = Optional.empty();

    private boolean heard;

    TailVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        if (once && follow) {
            throw wrongUsage("--once ends where --follow goes on; give one of them");
        }
        if (limit < 1) {
            throw wrongUsage("--limit is at least 1");
        }
        ChangesOptions options =
                ChangesOptions.after(begin()).withPrefix(prefix).withWait(once ? 0 : WAIT_SECONDS);
        long left = limit;
        while (left > 0) {
            ChangePage page = page(options.withLimit((int) Math.min(PAGE, left)));
            for (Change change : page.changes()) {
                print(change);
            }
            if (session().out().checkError()) {
                return 0; // Whoever read has gone, as `head` does.
            }
            keep(page.cursor());
            left -= page.changes().size();
            if (once && page.cursor().equals(options.after())) {
                return 0;
            }
            options = options.withAfter(page.cursor());
            if (once && page.changes().isEmpty()) {
                return 0;
            }
        }
        return 0;
    }

    private String begin() throws IOException {
        if (cursorFile.isPresent()) {
            Path file = session().path(cursorFile.get());
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
        }
        return after.orElse(ChangesOptions.EARLIEST);
    }

    /**
     * A page; a server that goes away is waited for once it has been heard, unless only what is there was asked for.
     */
    private ChangePage page(ChangesOptions options) {
        long sinceNanos = System.nanoTime();
        boolean told = false;
        while (true) {
            try {
                ChangePage page = session().client().changes(bucket, options);
                heard = true;
                return page;
            } catch (HayloftClientException e) {
                boolean isPatient = heard && !once && System.nanoTime() - sinceNanos < PATIENCE_NANOS;
                if (!isPatient || !PASSING.contains(e.code())) {
                    throw e;
                }
                if (!told) {
                    session().err().println("hayloft: " + e.code() + "; waiting for the server");
                    told = true;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                if (Thread.currentThread().isInterrupted()) {
                    throw new CommandFailure("interrupted while the server was away", e);
                }
            }
        }
    }

    private void print(Change change) {
        if (session().json()) {
            session().print(change.json());
            return;
        }
        String size = change.sizeBytes().isPresent()
                ? Figures.bytes(change.sizeBytes().getAsLong())
                : "-";
        session()
                .say(String.format(
                        Locale.ROOT,
                        "%s  %-6s  %9s  %s",
                        change.time(),
                        change.op(),
                        size,
                        Figures.printable(change.key())));
    }

    private void keep(String cursor) throws IOException {
        if (cursorFile.isEmpty()) {
            return;
        }
        Path file = session().path(cursorFile.get());
        Path fresh = Path.of(file + ".new");
        try {
            Files.writeString(fresh, cursor + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CommandFailure("the cursor could not be kept: " + FailureText.message(e), e);
        }
    }
}
