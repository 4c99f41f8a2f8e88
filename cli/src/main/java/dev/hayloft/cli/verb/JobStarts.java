package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.client.Job;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verbs that start a job of the server. */
abstract class JobStarts extends Verb {
    @Option(names = "--wait", description = "Wait for the end; exit code 1 when the job fails.")
    private boolean wait;

    JobStarts(Session session) {
        super(session);
    }

    /** What is asked for, by the contract's names. */
    abstract JsonObject description();

    @Override
    final int run() {
        Job job = session().client().operations().createJob(description());
        JobVerbs.print(session(), waits() ? JobWatch.await(session(), job) : job);
        return 0;
    }

    /** Whether to stay until the job has ended. */
    boolean waits() {
        return wait;
    }

    /** {@code compact}. */
    @Command(name = "compact", description = "Give back the space of what was replaced and deleted.")
    static final class Compact extends JobStarts {
        @Option(names = "--bucket", paramLabel = "B", description = "Only volumes that hold something of this bucket.")
        private String bucket = "";

        @Option(names = "--volume", paramLabel = "ID", description = "Only this volume, for example 0-17.")
        private String volume = "";

        @Option(names = "--all", description = "Every sealed volume with anything dead, however little.")
        private boolean all;

        @Option(names = "--dry-run", description = "Tell what would be done.")
        private boolean dryRun;

        Compact(Session session) {
            super(session);
        }

        @Override
        JsonObject description() {
            if ((bucket.isEmpty() ? 0 : 1) + (volume.isEmpty() ? 0 : 1) + (all ? 1 : 0) > 1) {
                throw wrongUsage("give one of --bucket, --volume and --all, or none");
            }
            JsonObject description = JsonObject.of("kind", JsonValue.of("compact"))
                    .with("all", JsonValue.of(all))
                    .with("dryRun", JsonValue.of(dryRun));
            description = bucket.isEmpty() ? description : description.with("bucket", JsonValue.of(bucket));
            return volume.isEmpty() ? description : description.with("volume", JsonValue.of(volume));
        }
    }

    /** {@code encode}. */
    @Command(name = "encode", description = "Give sealed volumes parity; without an option those that are due.")
    static final class Encode extends JobStarts {
        @Option(names = "--volume", paramLabel = "ID", description = "Only this volume, for example 0-17.")
        private String volume = "";

        @Option(names = "--all", description = "Every sealed volume, however fresh.")
        private boolean all;

        Encode(Session session) {
            super(session);
        }

        @Override
        JsonObject description() {
            if (!volume.isEmpty() && all) {
                throw wrongUsage("give one of --volume and --all, or none");
            }
            JsonObject description =
                    JsonObject.of("kind", JsonValue.of("encode")).with("all", JsonValue.of(all));
            return volume.isEmpty() ? description : description.with("volume", JsonValue.of(volume));
        }
    }

    /** {@code scrub}. */
    @Command(name = "scrub", description = "Read every byte of every volume and its parity, and name what is damaged.")
    static final class Scrub extends JobStarts {
        Scrub(Session session) {
            super(session);
        }

        @Override
        JsonObject description() {
            return JsonObject.of("kind", JsonValue.of("scrub")).with("all", JsonValue.of(true));
        }
    }

    /** {@code repair}. */
    @Command(name = "repair", description = "Mend what is damaged from what is left, and name the keys that are lost.")
    static final class Repair extends JobStarts {
        Repair(Session session) {
            super(session);
        }

        @Override
        JsonObject description() {
            return JsonObject.of("kind", JsonValue.of("repair")).with("all", JsonValue.of(true));
        }
    }

    /** {@code seal}. */
    @Command(name = "seal", description = "Close the open volume of every partition.")
    static final class Seal extends JobStarts {
        Seal(Session session) {
            super(session);
        }

        @Override
        JsonObject description() {
            return JsonObject.of("kind", JsonValue.of("seal")).with("all", JsonValue.of(true));
        }
    }

    /** {@code backup}. */
    @Command(
            name = "backup",
            description =
                    "Copy the running store as it stands to a folder on the server's machine; again, and only what"
                            + " is new is copied.")
    static final class Backup extends JobStarts {
        @Parameters(paramLabel = "DIR", description = "The backup's folder; new, empty, or with an earlier backup.")
        private Path folder = Path.of("");

        @Option(names = "--no-wait", description = "Only start it; `hayloft job show` tells the rest.")
        private boolean noWait;

        Backup(Session session) {
            super(session);
        }

        @Override
        boolean waits() {
            return !noWait;
        }

        @Override
        JsonObject description() {
            String directory = folder.toAbsolutePath().normalize().toString();
            return JsonObject.of("kind", JsonValue.of("backup")).with("directory", JsonValue.of(directory));
        }
    }
}
