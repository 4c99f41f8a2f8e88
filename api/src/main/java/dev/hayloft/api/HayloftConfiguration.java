package dev.hayloft.api;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.Settings;
import io.dropwizard.core.Configuration;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.GzipHandlerFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.request.logging.LogbackAccessRequestLogFactory;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.UriCompliance;

/** Dropwizard's configuration, built from our settings alone: nobody writes connectors and thread pools by hand. */
public final class HayloftConfiguration extends Configuration {
    private static final DataSize INPUT_BUFFER = DataSize.kibibytes(128);
    private static final int THREADS_MAX = 64;
    private static final int THREADS_MIN = 8;
    private static final Duration SHUTDOWN_GRACE = Duration.seconds(30);

    /**
     * A configuration.
     *
     * @param settings of the server
     */
    public HayloftConfiguration(Settings settings) {
        HayloftServerFactory server = new HayloftServerFactory();
        server.setApplicationConnectors(List.of(connector(settings, Setting.HTTP_BIND, Setting.HTTP_PORT)));
        server.setAdminConnectors(List.of(connector(settings, Setting.ADMIN_BIND, Setting.ADMIN_PORT)));
        server.setMinThreads(THREADS_MIN);
        server.setMaxThreads(THREADS_MAX);
        server.setAdminMinThreads(2);
        server.setAdminMaxThreads(16);
        server.setEnableThreadNameFilter(false);
        server.setRegisterDefaultExceptionMappers(false);
        server.setShutdownGracePeriod(SHUTDOWN_GRACE);
        server.setConnectionsMax(settings.integer(Setting.LIMITS_CONNECTIONS));
        GzipHandlerFactory gzip = new GzipHandlerFactory();
        gzip.setEnabled(false);
        server.setGzipFilterFactory(gzip);
        LogbackAccessRequestLogFactory requestLog = new LogbackAccessRequestLogFactory();
        requestLog.setAppenders(List.of());
        server.setRequestLogFactory(requestLog);
        setServerFactory(server);
        setLoggingFactory(
                new StandardErrorLogging(settings.text(Setting.LOG_FORMAT), settings.text(Setting.LOG_LEVEL)));
    }

    private static ConnectorFactory connector(Settings settings, Setting bind, Setting port) {
        HttpConnectorFactory connector = new HttpConnectorFactory();
        connector.setBindHost(settings.text(bind));
        connector.setPort(settings.integer(port));
        connector.setAcceptorThreads(Optional.of(1));
        connector.setSelectorThreads(Optional.of(bind == Setting.HTTP_BIND ? selectors() : 1));
        connector.setInputBufferSize(INPUT_BUFFER);
        // The pool keeps buffers up to this size only: a smaller one would map and zero a fresh buffer per request.
        connector.setMaxBufferPoolSize(INPUT_BUFFER);
        connector.setMaxRequestHeaderSize(DataSize.bytes(settings.size(Setting.LIMITS_REQUEST_HEADERS)));
        connector.setIdleTimeout(
                Duration.milliseconds(settings.time(Setting.LIMITS_IDLE).toMillis()));
        connector.setUriCompliance(UriCompliance.UNSAFE);
        connector.setUseServerHeader(false);
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    /** Threads that read requests, and as many that answer writes: two on small machines, half the cores on others. */
    static int selectors() {
        int cores = Runtime.getRuntime().availableProcessors();
        return Math.min(cores, Math.max(2, cores / 2));
    }
}
