package dev.hayloft.api;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Connections that wait for their next request, of a server that stops: they would hold it up. One with a request on
 * its way keeps its time, and is closed once it has its answer.
 */
final class IdleConnections {
    private static final long PAUSE_MILLIS = 50;

    /** The library would give every connection seconds only, also one whose client is slow to send. */
    private static final long LEAVE_TIMES_AS_THEY_ARE = -1;

    private IdleConnections() {}

    /** Closes them now, and those that become so, until the answered task is cancelled. */
    static Future<?> closeRepeatedly(Server server, ScheduledExecutorService ticker) {
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof AbstractConnector timed) {
                timed.setShutdownIdleTimeout(LEAVE_TIMES_AS_THEY_ARE);
            }
        }
        return ticker.scheduleWithFixedDelay(() -> close(server), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void close(Server server) {
        for (Connector connector : server.getConnectors()) {
            for (EndPoint endPoint : connector.getConnectedEndPoints()) {
                EndPoint clear =
                        endPoint.getConnection() instanceof SslConnection tls ? tls.getSslEndPoint() : endPoint;
                if (isIdle(clear.getConnection())) {
                    clear.close();
                }
            }
        }
    }

    private static boolean isIdle(Connection connection) {
        return connection instanceof HttpConnection http
                && http.getHttpChannel().getRequest() == null;
    }
}
