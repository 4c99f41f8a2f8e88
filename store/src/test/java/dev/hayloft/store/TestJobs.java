package dev.hayloft.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;

/** Jobs of a store, to their end. */
public final class TestJobs {
    private static final Duration LOOK = Duration.ofMillis(5);

    private TestJobs() {}

    /** Of all there is. */
    public static Job run(HayloftStore store, JobRequest.Kind kind) {
        return run(store, new JobRequest(kind, Optional.empty(), true));
    }

    /** The job as it ended, which is well. */
    public static Job run(HayloftStore store, JobRequest request) {
        String id = store.jobs().submit(request).id();
        Awaitility.await()
                .pollInterval(LOOK)
                .until(() -> store.jobs().find(id).orElseThrow().finishedAt().isPresent());
        Job ended = store.jobs().find(id).orElseThrow();
        assertThat(ended.state()).as("%s: %s", request.kind(), ended.error()).isEqualTo(Job.State.DONE);
        return ended;
    }
}
