package dev.hayloft.store.upkeep;

import dev.hayloft.store.JobRequest;
import dev.hayloft.store.job.JobRun;
import java.util.Map;
import java.util.Optional;

/** A run of everything that nobody stops, and that remembers; confined to one thread. */
class PlainRun implements JobRun {
    private final JobRequest.Kind kind;
    private Map<String, String> facts;

    /** Of this kind, with what an earlier run remembered. */
    PlainRun(JobRequest.Kind kind, Map<String, String> facts) {
        this.kind = kind;
        this.facts = facts;
    }

    @Override
    public JobRequest request() {
        return new JobRequest(kind, Optional.empty(), true);
    }

    @Override
    public void expect(long bytesTotal, String detail) {}

    @Override
    public void detail(String what) {}

    @Override
    public void advance(long bytes) {}

    @Override
    public void step() {}

    @Override
    public boolean isStopping() {
        return false;
    }

    @Override
    public boolean isPaused() {
        return false;
    }

    @Override
    public Map<String, String> remembered() {
        return facts;
    }

    @Override
    public void remember(Map<String, String> remembered) {
        facts = remembered;
    }
}
