package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.client.Job;
import dev.hayloft.client.json.JsonValue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Follows a job to its end; an interrupt leaves the job running on the server. */
final class JobWatch {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private JobWatch() {}

    /**
     * Starts no job, only waits for one.
     *
     * @return the finished job
     * @throws CommandFailure when it failed or was cancelled
     */
    static Job await(Session session, Job started) {
        Job job = started;
        try (Progress progress =
                Progress.start(session.err(), session.environment().terminal(), "")) {
            long shown = 0;
            while (!job.isFinished()) {
                LockSupport.parkNanos(POLL_NANOS);
                if (Thread.currentThread().isInterrupted()) {
                    throw new CommandFailure(
                            "interrupted; job " + job.id() + " goes on, `hayloft job show " + job.id() + "`");
                }
                job = session.client().operations().job(job.id());
                long done = figure(job, "bytesDone");
                progress.addBytes(done - shown);
                shown = done;
                progress.expectBytes(
                        job.json().find("bytesTotal").map(JsonValue::asLong).orElse(-1L));
            }
        }
        if (!job.state().equals("done")) {
            throw new CommandFailure("job " + job.id() + " (" + job.kind() + ") " + job.state() + ": "
                    + job.error().orElse("the server gives no reason"));
        }
        return job;
    }

    private static long figure(Job job, String name) {
        return job.json().find(name).map(JsonValue::asLong).orElse(0L);
    }
}
