package dev.hayloft.api;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.jul.LevelChangePropagator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.read.CyclicBufferAppender;
import com.codahale.metrics.MetricRegistry;
import io.dropwizard.logging.common.BootstrapLogging;
import io.dropwizard.logging.common.LoggingFactory;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The log on standard error, as text or as JSON lines; standard output belongs to the ready line alone. */
final class StandardErrorLogging implements LoggingFactory {
    private static final String TEXT =
            "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\",UTC} %-5level [%thread] %logger{0}: %msg%n%ex";

    private static final int RECENT_LINES = 1000;

    private final String format;
    private final String level;

    StandardErrorLogging(String format, String level) {
        this.format = format;
        this.level = level;
    }

    @Override
    public void configure(MetricRegistry metrics, String name) {
        configure();
    }

    /** Takes over the log of the whole process. */
    void configure() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext context)) {
            return; // Somebody embeds us with a log of their own.
        }
        // Dropwizard takes the log over once, when its first class is loaded, and writes to standard output: so let it
        // do so now, before we do.
        BootstrapLogging.bootstrap();
        context.reset();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("standard-error");
        Encoder<ILoggingEvent> encoder = encoder(context);
        encoder.start();
        appender.setEncoder(encoder);
        appender.setOutputStream(new StandardError());
        appender.start();
        LevelChangePropagator propagator = new LevelChangePropagator();
        propagator.setContext(context);
        propagator.setResetJUL(true);
        context.addListener(propagator);
        propagator.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.toLevel(level, Level.INFO));
        root.addAppender(appender);
        root.addAppender(recent(context));
        if (level.equals("info")) {
            // Their own account of every start is for whoever asks for it.
            for (String loud : new String[] {"org.eclipse.jetty", "io.dropwizard", "net.openhft", "org.hibernate"}) {
                context.getLogger(loud).setLevel(Level.WARN);
            }
        }
        // Asks for a switch that Java 17 no longer has.
        context.getLogger("net.openhft.chronicle.core.cleaner.impl.reflect").setLevel(Level.ERROR);
        // Warns of every recovery after a kill, which is done on purpose, and with nobody else at the map.
        context.getLogger("net.openhft.chronicle.map.ChronicleMapBuilder").setLevel(Level.ERROR);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** The last lines once more in memory, for a diagnostics bundle. */
    private static CyclicBufferAppender<ILoggingEvent> recent(LoggerContext context) {
        CyclicBufferAppender<ILoggingEvent> recent = new CyclicBufferAppender<>();
        recent.setContext(context);
        recent.setName("recent");
        recent.setMaxSize(RECENT_LINES);
        recent.start();
        return recent;
    }

    private Encoder<ILoggingEvent> encoder(LoggerContext context) {
        if (format.equals("json")) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(TEXT);
        return text;
    }

    @Override
    public void stop() {
        reset();
    }

    @Override
    public void reset() {
        // The log outlives the server: what happens while it stops must be heard too.
    }

    /** Stays open when an appender ends: the process has one, and the next file opened would get its descriptor. */
    private static final class StandardError extends FileOutputStream {
        StandardError() {
            super(FileDescriptor.err);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
