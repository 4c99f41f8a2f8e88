package dev.hayloft.api.http;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.Settings;
import dev.hayloft.api.metrics.Operation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines about requests that have ended: of all where {@code log.access} says so, and of those that took longer than
 * {@code log.slow}. Answers that stay open by design are not slow. Queries are left out: a signed link's would be as
 * good as a key.
 */
final class RequestLog {
    private static final Logger ACCESS = LoggerFactory.getLogger("dev.hayloft.access");
    private static final Logger SLOW = LoggerFactory.getLogger("dev.hayloft.slow");
    private static final Set<Operation> TIMED = EnumSet.of(
            Operation.GET, Operation.HEAD, Operation.PUT, Operation.DELETE, Operation.LIST, Operation.BUCKET);

    private RequestLog() {}

    /**
     * Notes a request.
     *
     * @param status 0 for a connection that was broken off
     */
    static void note(Exchange exchange, Operation operation, int status, long nanos, String accessKey) {
        Settings settings = exchange.front().settings();
        boolean all = settings.flag(Setting.LOG_ACCESS);
        Duration slow = settings.time(Setting.LOG_SLOW);
        boolean isSlow = !slow.isZero() && nanos > slow.toNanos() && TIMED.contains(operation);
        if (all && ACCESS.isInfoEnabled()) {
            ACCESS.info(line(exchange, status, nanos, accessKey));
        }
        if (isSlow && SLOW.isWarnEnabled()) {
            SLOW.warn(line(exchange, status, nanos, accessKey));
        }
    }

    private static String line(Exchange exchange, int status, long nanos, String accessKey) {
        Request request = exchange.request();
        long inBytes = request.getLength();
        long outBytes = exchange.headers().getLongField(HttpHeader.CONTENT_LENGTH);
        return exchange.id() + " " + Request.getRemoteAddr(request) + " " + (accessKey.isEmpty() ? "-" : accessKey)
                + " "
                + request.getMethod() + " " + request.getHttpURI().getPath() + " "
                + (status == 0 ? "broken" : status) + " in " + Math.max(0, inBytes) + " B out " + Math.max(0, outBytes)
                + " B " + nanos / 1000 + " us";
    }
}
