package dev.hayloft.api.identity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who did what as an operator or owner, and who was refused: a line each to a logger of its own, {@code hayloft.audit},
 * and the last ones in memory. A configured log keeps the lines as long as it is told.
 *
 * <p><i>Threads:</i> any; nothing here waits for a disk but the log itself.
 */
public final class AuditLog {
    /** Actions kept in memory. */
    public static final int KEPT_MAX = 1000;

    private static final Logger LOG = LoggerFactory.getLogger("hayloft.audit");

    private final ArrayDeque<Action> last = new ArrayDeque<>(); // Guarded by itself.

    /**
     * One action.
     *
     * @param timeMillis when it was answered
     * @param status of the answer
     * @param method of the request
     * @param path of the request, without its query, which may hold a signature
     * @param user who asked; empty for nobody we know
     * @param accessKey used; empty for none that we know
     * @param address it came from
     * @param requestId names the request in the other log
     */
    public record Action(
            long timeMillis,
            int status,
            String method,
            String path,
            String user,
            String accessKey,
            String address,
            String requestId) {
        /** {@code done}, {@code refused} or {@code failed}. */
        public String outcome() {
            return status < 400 ? "done" : status == 401 || status == 403 || status == 429 ? "refused" : "failed";
        }
    }

    /** Whether an answer is worth a line: refusals of identity, and changes that are an operator's or owner's. */
    public static boolean concerns(int status, String method, String path, boolean keyShown) {
        if (status == 403 || (keyShown && (status == 401 || status == 429))) {
            return true;
        }
        if (method.equals("GET") || method.equals("HEAD") || status == 401 || status == 429) {
            return false;
        }
        return path.startsWith("/api/")
                || path.startsWith("/tasks/")
                || path.equals("/v1/tokens")
                || path.equals("/v1/links")
                || isBucket(path);
    }

    private static boolean isBucket(String path) {
        String buckets = "/v1/buckets/";
        if (!path.startsWith(buckets)) {
            return false;
        }
        int slash = path.indexOf('/', buckets.length());
        return slash < 0 || path.startsWith("/cors", slash);
    }

    /** Writes a line. */
    public void record(Action action) {
        LOG.info(
                "{} {} {} {} by user \"{}\" with key \"{}\" from {}, request {}",
                action.outcome(),
                action.status(),
                action.method(),
                action.path(),
                action.user(),
                action.accessKey(),
                action.address(),
                action.requestId());
        synchronized (last) {
            if (last.size() == KEPT_MAX) {
                last.removeLast();
            }
            last.addFirst(action);
        }
    }

    /** The last actions, newest first. */
    public List<Action> last(int max) {
        synchronized (last) {
            List<Action> actions = new ArrayList<>(last);
            return actions.subList(0, Math.min(max, actions.size()));
        }
    }
}
