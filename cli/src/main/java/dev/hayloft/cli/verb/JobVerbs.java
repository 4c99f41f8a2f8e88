package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.Job;
import dev.hayloft.client.Operations;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code job} and what stands below it. */
@Command(name = "job", description = "Look at the server's long work.")
public final class JobVerbs {
    private static final List<String> TIMES = List.of("createdAt", "startedAt", "finishedAt");
    private static final Set<String> UNDER_WAY = Set.of("queued", "running", "paused");

    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new JobVerbs())
                .addSubcommand(new Ls(session))
                .addSubcommand(new Show(session))
                .addSubcommand(new Cancel(session))
                .addSubcommand(new Pause(session))
                .addSubcommand(new Resume(session));
    }

    /** Prints a job as a person or a program wants it. */
    static void print(Session session, Job job) {
        JsonObject json = job.json();
        if (session.json()) {
            session.print(json);
            return;
        }
        Table table = new Table("job " + job.id(), inWords(json));
        for (String name : TIMES) {
            json.find(name).filter(time -> !time.isNull()).ifPresent(time -> table.add(name, JsonText.plain(time)));
        }
        json.find("result").filter(result -> !result.isNull()).ifPresent(result -> result.asObject()
                .members()
                .forEach((name, value) -> table.add(name, JsonText.figure(name, value))));
        json.find("error")
                .filter(error -> !error.isNull())
                .ifPresent(error -> table.add("error", JsonText.plain(error)));
        table.print(session.out());
        if (UNDER_WAY.contains(job.state())) {
            session.out().println("`hayloft job show " + job.id() + "` tells how far it is, `hayloft job ls` of all.");
        }
    }

    /** Kind, state and how far it is, for example {@code scrub running, 45 %, 12 MiB of 27 MiB: volume 0-3}. */
    static String inWords(JsonObject job) {
        StringBuilder words = new StringBuilder(job.text("kind")).append(' ').append(job.text("state"));
        double bytes = job.find("bytesDone").map(JsonValue::asDouble).orElse(0.0);
        double total = job.find("bytesTotal").map(JsonValue::asDouble).orElse(0.0);
        boolean isDone = job.text("state").equals("done");
        if (!isDone && total > 0) {
            words.append(String.format(
                    Locale.ROOT,
                    ", %.0f %%",
                    100 * job.find("progress").map(JsonValue::asDouble).orElse(0.0)));
        }
        if (total > 0) {
            words.append(", ").append(Figures.bytes(Math.round(bytes)));
            words.append(bytes < total && !isDone ? " of " + Figures.bytes(Math.round(total)) : "");
        }
        String detail = job.find("detail").map(JsonText::plain).orElse("");
        return detail.isEmpty() || detail.equals(job.text("state")) ? words.toString() : words + ": " + detail;
    }

    @Command(name = "ls", description = "List the jobs.")
    static final class Ls extends Verb {
        Ls(Session session) {
            super(session);
        }

        @Override
        int run() {
            List<Job> jobs = session().client().operations().jobs();
            if (session().json()) {
                List<JsonValue> all = jobs.stream().<JsonValue>map(Job::json).toList();
                session().print(JsonObject.of("jobs", new JsonArray(all)));
                return 0;
            }
            Table table = new Table("ID", "KIND", "STATE", ">PROGRESS", "CREATED", "DETAIL");
            for (Job job : jobs) {
                table.add(
                        job.id(),
                        job.kind(),
                        job.state(),
                        String.format(Locale.ROOT, "%.0f %%", 100 * job.progress()),
                        JsonText.plain(job.json().find("createdAt").orElse(JsonNull.NULL)),
                        JsonText.plain(job.json().find("detail").orElse(JsonNull.NULL)));
            }
            table.print(session().out());
            return 0;
        }
    }

    @Command(name = "show", description = "Show one job.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "ID", description = "For example 42.")
        private String id = "";

        Show(Session session) {
            super(session);
        }

        @Override
        int run() {
            print(session(), session().client().operations().job(id));
            return 0;
        }
    }

    /** A verb that changes one job. */
    abstract static class OfOne extends Verb {
        @Parameters(paramLabel = "ID", description = "For example 42.")
        private String id = "";

        OfOne(Session session) {
            super(session);
        }

        abstract Job change(Operations operations, String job);

        @Override
        final int run() {
            print(session(), change(session().client().operations(), id));
            return 0;
        }
    }

    @Command(name = "cancel", description = "Stop a job for good; what it has done so far stays.")
    static final class Cancel extends OfOne {
        Cancel(Session session) {
            super(session);
        }

        @Override
        Job change(Operations operations, String job) {
            return operations.cancelJob(job);
        }
    }

    @Command(name = "pause", description = "Let a job wait; it stays so over restarts.")
    static final class Pause extends OfOne {
        Pause(Session session) {
            super(session);
        }

        @Override
        Job change(Operations operations, String job) {
            return operations.pauseJob(job);
        }
    }

    @Command(name = "resume", description = "Let a paused job go on.")
    static final class Resume extends OfOne {
        Resume(Session session) {
            super(session);
        }

        @Override
        Job change(Operations operations, String job) {
            return operations.resumeJob(job);
        }
    }
}
