package dev.hayloft.api;

import dev.hayloft.log.FrameVisitor;
import dev.hayloft.log.ScanReport;
import dev.hayloft.log.VolumeInfo;
import dev.hayloft.log.VolumeLog;
import dev.hayloft.log.VolumeLogConfig;
import dev.hayloft.model.error.HayloftException;
import dev.hayloft.store.folder.DataFolder;
import dev.hayloft.store.partition.PartitionConfig;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code volume dump}: prints the frames and needles of one volume of a store that is not running, as they stand in its
 * file. Holds the folder's lock meanwhile, and writes nothing but its own process id into that.
 */
final class VolumeDump {
    private static final String USAGE =
            """
            Usage: hayloft volume dump PARTITION-NUMBER [--data DIR] [--json]

            Prints the frames and needles of one volume of a stopped store, as they stand in its file.
              PARTITION-NUMBER  the volume, as `hayloft volumes` names it: 0-3; system-0 has the store's own records
              --data DIR        the data folder; default: ./data
              --json            a line of JSON for each frame and each damaged range

            Ends with 0 when the volume is whole, 1 when a part of it is damaged or it cannot be read, 2 when it was
            called wrongly.
            """;
    private static final String SYSTEM = "system";
    private static final Pattern ID = Pattern.compile("(" + SYSTEM + "|\\d{1,3})-(\\d{1,9})");

    private static final int LINES_PER_FLUSH = 256;

    private final InstantSource clock;
    private final PrintStream out;
    private final PrintStream err;
    private long printed;

    VolumeDump(InstantSource clock, PrintStream out, PrintStream err) {
        this.clock = clock;
        this.out = out;
        this.err = err;
    }

    /** What the arguments ask for. */
    private record Asked(Path data, String partition, int volume, boolean json) {
        int partitionId() {
            return partition.equals(SYSTEM) ? PartitionConfig.SYSTEM : Integer.parseInt(partition);
        }

        Path folder() {
            return partition.equals(SYSTEM)
                    ? data.resolve(SYSTEM)
                    : data.resolve("partitions").resolve(Integer.toString(partitionId()));
        }
    }

    /** Runs with the arguments behind {@code volume dump}; answers the exit code. */
    int run(List<String> arguments) {
        try {
            Optional<Asked> asked = asked(arguments);
            if (asked.isEmpty()) {
                out.print(USAGE);
                return Serve.EXIT_DONE;
            }
            return dump(asked.get());
        } catch (UsageException wrong) {
            err.println("hayloft: " + wrong.getMessage() + "; see hayloft volume dump --help");
            return Serve.EXIT_USAGE;
        } catch (ReaderGone gone) {
            return Serve.EXIT_FAILED; // As `| head` does: there is nobody to tell.
        } catch (HayloftException failure) {
            return failed(failure.getMessage());
        } catch (UncheckedIOException failure) {
            return failed(failure.getMessage() + " " + failure.getCause());
        } finally {
            out.flush();
        }
    }

    /** What is asked for; empty when only help is. */
    private static Optional<Asked> asked(List<String> arguments) {
        String data = "data";
        Optional<Matcher> id = Optional.empty();
        boolean json = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            Matcher matcher = ID.matcher(argument);
            if (argument.equals("--help") || argument.equals("-h")) {
                return Optional.empty();
            } else if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--data")) {
                if (i + 1 == arguments.size()) {
                    throw new UsageException("--data needs a value");
                }
                data = arguments.get(++i);
            } else if (argument.startsWith("--data=")) {
                data = argument.substring("--data=".length());
            } else if (id.isEmpty() && matcher.matches()) {
                id = Optional.of(matcher);
            } else {
                throw new UsageException("volume dump does not know \"" + argument + "\"");
            }
        }
        Matcher volume = id.orElseThrow(() -> new UsageException("volume dump needs a volume, such as 0-0"));
        return Optional.of(new Asked(path(data), volume.group(1), Integer.parseInt(volume.group(2)), json));
    }

    private static Path path(String data) {
        try {
            return Path.of(data);
        } catch (InvalidPathException wrong) {
            throw new UsageException("--data is no path: " + wrong.getMessage());
        }
    }

    private int dump(Asked asked) {
        if (!Files.exists(asked.data().resolve("STORE"))) { // Opening would make a folder.
            return failed(asked.data().toAbsolutePath() + " is no data folder; --data DIR names another");
        }
        try (DataFolder folder = DataFolder.open(asked.data(), 1, clock)) {
            if (!Files.isDirectory(asked.folder())) {
                return failed("this store has no partition " + asked.partition() + "; it has 0 to "
                        + (folder.partitions() - 1) + " and " + SYSTEM);
            }
            VolumeLogConfig config = VolumeLogConfig.defaults(asked.folder(), folder.storeId(), asked.partitionId());
            try (VolumeLog log = VolumeLog.open(config, clock)) {
                return dump(asked, log);
            }
        }
    }

    private int dump(Asked asked, VolumeLog log) {
        Optional<VolumeInfo> volume = log.volumes().stream()
                .filter(info -> info.id() == asked.volume())
                .findAny();
        if (volume.isEmpty()) {
            return failed("partition " + asked.partition() + " has no volume " + asked.volume() + "; it has "
                    + log.volumes().stream()
                            .map(info -> Integer.toString(info.id()))
                            .collect(Collectors.joining(", ")));
        }
        FrameVisitor printer = asked.json() ? new DumpLines(this::line) : new DumpText(this::line);
        ScanReport report = log.scanVolume(asked.volume(), 0, printer);
        if (!asked.json()) {
            line(DumpText.summary(volume.get(), report));
        }
        return report.damaged().isEmpty() ? Serve.EXIT_DONE : Serve.EXIT_FAILED;
    }

    private void line(String line) {
        out.println(line);
        // PrintStream keeps failures to itself, and asking flushes: so not for every line.
        if (++printed % LINES_PER_FLUSH == 0 && out.checkError()) {
            throw new ReaderGone();
        }
    }

    private int failed(String sentence) {
        err.println("hayloft: " + sentence);
        return Serve.EXIT_FAILED;
    }

    /** Nobody reads what is printed any more. */
    private static final class ReaderGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReaderGone() {
            super("the output was closed", null, false, false);
        }
    }

    /** Wrong arguments. */
    private static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String sentence) {
            super(sentence, null, false, false);
        }
    }
}
