package dev.hayloft.api.ciaos;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Headers;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The front door of the CIAOS port.
 *
 * <p><i>Threads:</i> runs on selector threads and never blocks; calls leave them before they do.
 */
public final class CiaosHandler {
    /** The name of the connector whose requests come here. */
    public static final String CONNECTOR = "ciaos";

    private final Front front;
    private final Consumer<Exchange> gate;
    private final CiaosCalls calls;

    /**
     * A front door.
     *
     * @param gate finds out who asks
     */
    public CiaosHandler(Front front, Consumer<Exchange> gate) {
        this.front = front;
        this.gate = gate;
        this.calls = new CiaosCalls(front);
    }

    /** Whether a request came to this port. */
    public static boolean takes(Request request) {
        return CONNECTOR.equals(request.getConnectionMetaData().getConnector().getName());
    }

    /** Answers a request. */
    public void handle(Request request, Response response, Callback callback) {
        Exchange exchange = new Exchange(front, request, response, callback);
        exchange.headers().remove(Headers.REQUEST_ID); // The originals answer no such header.
        exchange.failuresAs(CiaosRefusal::failure);
        exchange.run(() -> {
            String path = request.getHttpURI().getPath();
            Optional<CiaosRoute> route = CiaosRoute.find(request.getMethod(), path == null ? "" : path);
            if (route.isEmpty()) {
                throw CiaosRefusal.bare(404, "");
            }
            gate.accept(exchange);
            calls.call(exchange, route.get());
        });
    }
}
