package dev.hayloft.api;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.health.HealthCheckRegistry;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hayloft.api.http.Responders;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.setup.AdminEnvironment;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import io.dropwizard.jetty.MutableServletContextHandler;
import io.dropwizard.lifecycle.setup.LifecycleEnvironment;
import io.dropwizard.metrics.jetty12.InstrumentedQueuedThreadPool;
import jakarta.servlet.Servlet;
import jakarta.validation.Validator;
import java.util.Arrays;
import java.util.function.BiFunction;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Dropwizard's server with our front door in front of its servlets, on both ports. The whole chain of handlers says
 * that it does not block, so that requests are handled on the threads that read them; the servlets are left a thread of
 * the pool each.
 */
@JsonTypeName("hayloft")
public final class HayloftServerFactory extends DefaultServerFactory {
    private static final int IDLE_MILLIS = 60_000;
    private static final int ADMIN_CONNECTIONS_MAX = 256;

    private @Nullable BiFunction<Boolean, Handler, Handler> doors;
    private @Nullable ProblemErrorHandler errors;
    private int connectionsMax = 4096;

    /**
     * Sets what stands in front; before the server is built.
     *
     * @param doors makes the door of the admin port (true) or the other, given what Dropwizard serves there
     */
    void setDoors(BiFunction<Boolean, Handler, Handler> doors, ProblemErrorHandler errors) {
        this.doors = doors;
        this.errors = errors;
    }

    void setConnectionsMax(int connectionsMax) {
        this.connectionsMax = connectionsMax;
    }

    /** As the superior's, but a connection whose write was answered goes on in that thread, without waking another. */
    @Override
    protected ThreadPool createThreadPool(MetricRegistry metrics) {
        InstrumentedQueuedThreadPool pool =
                new InstrumentedQueuedThreadPool(metrics, getMaxThreads(), getMinThreads(), IDLE_MILLIS) {
                    @Override
                    public void execute(Runnable job) {
                        if (!(job instanceof Connection) || !Responders.executeAfter(job)) {
                            super.execute(job);
                        }
                    }
                };
        pool.setName("hayloft-http");
        return pool;
    }

    @Override
    protected Server buildServer(LifecycleEnvironment lifecycle, ThreadPool threadPool) {
        Server server = super.buildServer(lifecycle, threadPool);
        server.setDynamic(false); // Lets the server report the chain's invocation type.
        server.setStopAtShutdown(false); // The process has its own order of stopping.
        if (errors != null) {
            server.setErrorHandler(errors);
        }
        return server;
    }

    /**
     * As the superior's. The admin port has a limit of its own: who fills the other ports must not lock operators out.
     */
    @Override
    public Server build(Environment environment) {
        Server server = super.build(environment);
        Connector[] all = server.getConnectors();
        int last = all.length - 1;
        server.addBean(new NetworkConnectionLimit(connectionsMax, Arrays.copyOf(all, last)));
        server.addBean(new NetworkConnectionLimit(ADMIN_CONNECTIONS_MAX, all[last]));
        return server;
    }

    @Override
    protected Handler createAppServlet(
            Server server,
            JerseyEnvironment jersey,
            ObjectMapper objectMapper,
            Validator validator,
            MutableServletContextHandler handler,
            @Nullable Servlet jerseyContainer,
            MetricRegistry metricRegistry) {
        return door(
                false,
                super.createAppServlet(
                        server, jersey, objectMapper, validator, handler, jerseyContainer, metricRegistry));
    }

    @Override
    protected Handler createAdminServlet(
            Server server,
            MutableServletContextHandler handler,
            MetricRegistry metrics,
            HealthCheckRegistry healthChecks,
            AdminEnvironment admin) {
        return door(true, super.createAdminServlet(server, handler, metrics, healthChecks, admin));
    }

    private Handler door(boolean admin, Handler servlets) {
        if (doors == null) {
            throw new AssertionError("the doors are set before the server is built");
        }
        return doors.apply(admin, new Offload(servlets));
    }

    @Override
    protected Handler addGracefulHandler(Handler handler) {
        GracefulHandler graceful = new GracefulHandler() {
            @Override
            public InvocationType getInvocationType() {
                return InvocationType.NON_BLOCKING;
            }
        };
        graceful.setHandler(handler);
        return graceful;
    }

    /** Moves what may block off the selector thread. */
    private static final class Offload extends Handler.Wrapper {
        Offload(Handler handler) {
            super(handler);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            request.getComponents().getExecutor().execute(() -> {
                try {
                    if (!super.handle(request, response, callback)) {
                        Response.writeError(request, response, callback, 404);
                    }
                } catch (Throwable failure) { // A thread boundary: the client must hear of it.
                    Response.writeError(request, response, callback, failure);
                }
            });
            return true;
        }
    }
}
