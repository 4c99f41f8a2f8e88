package dev.hayloft.store.job;

import dev.hayloft.store.JobRequest;
import java.util.Map;

/** A job's way to say how far it is, and to hear whether it shall go on. Threads: the job's own and its helpers. */
public interface JobRun {
    /** What was asked for. */
    JobRequest request();

    /** How much there is to do, in bytes; and what is done right now, for people. */
    void expect(long bytesTotal, String detail);

    /** What is done right now, for people. */
    void detail(String what);

    /** So many bytes more are done. */
    void advance(long bytes);

    /**
     * To be called between two steps: waits while the job is paused.
     *
     * @throws java.util.concurrent.CancellationException when the job is cancelled or the store closes
     */
    void step();

    /** Whether {@link #step} would throw; never waits. */
    boolean isStopping();

    /** Whether {@link #step} would wait now. */
    boolean isPaused();

    /** What {@link #remember} was given last, also in an earlier run of the store; empty at first. */
    Map<String, String> remembered();

    /** Keeps a few short facts, durably, for a run of this job after a restart. */
    void remember(Map<String, String> facts);
}
