package dev.hayloft.api;

import dev.hayloft.model.ByteCount;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.backup.Restore;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** {@code restore}: makes a data folder from a backup; no server runs meanwhile. */
final class RestoreCommand {
    private static final String USAGE =
            """
            Usage: hayloft restore DIR --data NEWDIR [--json]

            Makes the new data folder NEWDIR from the backup in DIR, with its users and keys, root.key included. Every
            file is checked; nothing is overwritten. A server then starts on it with: hayloft serve --data NEWDIR
              DIR            the backup, as `hayloft backup DIR` made it
              --data NEWDIR  the data folder to be made; absent or empty
              --json         print one JSON document

            Ends with 0 when all is there, 1 when the backup is damaged or NEWDIR is not empty, 2 when it was called
            wrongly. Volumes that are damaged in the backup come along: a message names them, and says so.
            """;

    private final PrintStream out;
    private final PrintStream err;
    private final Duration period;

    RestoreCommand(PrintStream out, PrintStream err) {
        this(out, err, Duration.ofSeconds(10));
    }

    /** As {@link #RestoreCommand(PrintStream, PrintStream)}; says how far it is whenever this time has passed. */
    RestoreCommand(PrintStream out, PrintStream err, Duration period) {
        this.out = out;
        this.err = err;
        this.period = period;
    }

    /** Tells how far a restore has come; nothing of one that is done soon. */
    private final class Watcher implements LongConsumer {
        private final long totalBytes;
        private long bytes;
        private long toldNanos = System.nanoTime();

        Watcher(long totalBytes) {
            this.totalBytes = totalBytes;
        }

        @Override
        public void accept(long more) {
            bytes += more;
            if (System.nanoTime() - toldNanos >= period.toNanos()) {
                toldNanos = System.nanoTime();
                err.println("hayloft: restored " + ByteCount.text(bytes) + " of " + ByteCount.text(totalBytes));
            }
        }
    }

    private record Asked(Path backup, Path data, boolean json) {}

    /** Runs it and answers the exit code. */
    int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(USAGE);
            out.flush();
            return Serve.EXIT_DONE;
        }
        Optional<Asked> asked = asked(arguments);
        if (asked.isEmpty()) {
            err.print(USAGE);
            return Serve.EXIT_USAGE;
        }
        try {
            Restore restore = new Restore(asked.get().backup(), asked.get().data());
            long bytes = restore.run(new Watcher(restore.sizeBytes()));
            List<String> damaged = restore.damaged();
            if (!damaged.isEmpty()) {
                err.println(
                        "hayloft: the backup was made of a damaged store and is not whole; what stood in these volumes"
                                + " answers corrupt-object where it is lost, run scrub to have it named: "
                                + String.join(", ", damaged));
            }
            out.println(
                    asked.get().json()
                            ? "{\"bytes\":" + bytes + "}"
                            : "Restored " + ByteCount.text(bytes) + " to "
                                    + asked.get().data() + ".");
            out.flush();
            return Serve.EXIT_DONE;
        } catch (HayloftException | UncheckedIOException e) {
            err.println("hayloft: " + e.getMessage());
            return Serve.EXIT_FAILED;
        }
    }

    private static Optional<Asked> asked(List<String> arguments) {
        List<String> plain = new ArrayList<>();
        Optional<String> data = Optional.empty();
        boolean json = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--data") && i + 1 < arguments.size()) {
                data = Optional.of(arguments.get(++i));
            } else if (argument.startsWith("--data=")) {
                data = Optional.of(argument.substring("--data=".length()));
            } else if (argument.startsWith("-")) {
                return Optional.empty();
            } else {
                plain.add(argument);
            }
        }
        if (plain.size() != 1 || data.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Asked(Path.of(plain.get(0)), Path.of(data.get()), json));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
