package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.client.Job;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code index} and what stands below it. */
@Command(name = "index", description = "Care for the index.")
public final class IndexVerbs {
    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new IndexVerbs()).addSubcommand(new Rebuild(session));
    }

    @Command(name = "rebuild", description = "Build index and directory anew from the volumes, as a job of the server.")
    static final class Rebuild extends Verb {
        @Option(names = "--wait", description = "Wait for the end; exit code 1 when the job fails.")
        private boolean wait;

        Rebuild(Session session) {
            super(session);
        }

        @Override
        int run() {
            Job job = session().client().operations().createJob(JsonObject.of("kind", JsonValue.of("rebuild-index")));
            JobVerbs.print(session(), wait ? JobWatch.await(session(), job) : job);
            return 0;
        }
    }
}
