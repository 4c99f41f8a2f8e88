package dev.hayloft.store.job;

import dev.hayloft.store.Job;
import dev.hayloft.store.JobRequest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/** Which of the jobs that have ended are forgotten when there are too many. Pure functions. */
final class JobHistory {
    private static final int KEPT_MAX = 1000;

    /** Of each kind the last so many stay, however many of another kind came behind them. */
    private static final int KEPT_OF_A_KIND = 20;

    private JobHistory() {}

    /** Takes out the oldest of those that may go, so that as many are left as are kept, and answers them. */
    static List<ScheduledJob> takeSuperfluous(NavigableMap<Long, ScheduledJob> newestFirst) {
        List<ScheduledJob> taken = new ArrayList<>();
        if (newestFirst.size() <= KEPT_MAX) {
            return taken;
        }
        Set<ScheduledJob> last = lastOfEachKind(newestFirst);
        Iterator<ScheduledJob> oldest = newestFirst.descendingMap().values().iterator();
        while (newestFirst.size() > KEPT_MAX && oldest.hasNext()) {
            ScheduledJob job = oldest.next();
            if (job.isFinished() && !last.contains(job)) {
                oldest.remove();
                taken.add(job);
            }
        }
        return taken;
    }

    /** And the last that was done, also of those of one volume alone: metrics and what is due go by them. */
    private static Set<ScheduledJob> lastOfEachKind(NavigableMap<Long, ScheduledJob> newestFirst) {
        Map<String, ScheduledJob> done = new TreeMap<>();
        Map<JobRequest.Kind, Integer> counts = new EnumMap<>(JobRequest.Kind.class);
        Set<ScheduledJob> last = new HashSet<>();
        for (ScheduledJob job : newestFirst.values()) {
            JobRequest request = job.request();
            if (job.state() == Job.State.DONE) {
                done.putIfAbsent(request.kind() + " " + request.volume().isPresent(), job);
            }
            if (counts.merge(request.kind(), 1, Integer::sum) <= KEPT_OF_A_KIND) {
                last.add(job);
            }
        }
        last.addAll(done.values());
        return last;
    }
}
