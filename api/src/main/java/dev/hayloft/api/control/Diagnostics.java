package dev.hayloft.api.control;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.CyclicBufferAppender;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.api.config.Setting;
import dev.hayloft.api.http.Front;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.metrics.MetricsPage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.LoggerFactory;

/**
 * What somebody who helps would ask for, in one file: figures, settings, the end of the log, threads. Settings name
 * files of secrets but never hold one; keys of objects do not occur, except where a log line names one.
 */
final class Diagnostics {
    private static final String RECENT = "recent";

    private final Front front;
    private final Operations operations;

    Diagnostics(Front front, Operations operations) {
        this.front = front;
        this.operations = operations;
    }

    void writeConfig(JsonGenerator json) throws IOException {
        Map<Setting, String> texts = front.settings().texts();
        json.writeStartObject();
        json.writeArrayFieldStart("settings");
        for (Setting setting : Setting.values()) {
            json.writeStartObject();
            json.writeStringField("name", setting.dotted());
            json.writeStringField("value", texts.get(setting));
            json.writeStringField("default", setting.defaultText());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** A zip file; some hundred KiB. */
    ByteBuffer bundle() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 18);
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            add(zip, "status.json", Json.document(operations::writeStatus));
            add(zip, "volumes.json", Json.document(operations::writeVolumes));
            add(zip, "jobs.json", Json.document(operations::writeJobs));
            add(zip, "config.json", Json.document(this::writeConfig));
            add(zip, "log-levels.json", Json.document(LogLevels::write));
            add(
                    zip,
                    "metrics.txt",
                    utf8(MetricsPage.write(
                            front.metrics(),
                            front.store().status(),
                            front.store().jobs().figures(),
                            front.store().jobs().list(),
                            front.budget().takenBytes())));
            add(zip, "threads.txt", utf8(threads()));
            add(zip, "jvm.txt", utf8(jvm()));
            add(zip, "log.txt", utf8(log()));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    private static void add(ZipOutputStream zip, String name, ByteBuffer content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Every thread with its whole stack. */
    static String threads() {
        StringBuilder text = new StringBuilder();
        for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
            text.append('"').append(thread.getThreadName()).append("\" ").append(thread.getThreadState());
            if (thread.getLockName() != null) {
                text.append(" on ").append(thread.getLockName());
            }
            text.append('\n');
            for (StackTraceElement element : thread.getStackTrace()) {
                text.append("    at ").append(element).append('\n');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String jvm() {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        var memory = ManagementFactory.getMemoryMXBean();
        var system = ManagementFactory.getOperatingSystemMXBean();
        return "vm: " + runtime.getVmName() + " " + runtime.getVmVersion() + "\nsystem: " + system.getName() + " "
                + system.getVersion() + " " + system.getArch() + "\nprocessors: " + system.getAvailableProcessors()
                + "\nload: " + system.getSystemLoadAverage() + "\nheap: " + memory.getHeapMemoryUsage()
                + "\noff heap: " + memory.getNonHeapMemoryUsage() + "\narguments: "
                + String.join(" ", runtime.getInputArguments()) + "\n";
    }

    /** The last lines of the log, which the process keeps in memory for this. */
    private static String log() {
        StringBuilder text = new StringBuilder();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                && context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(RECENT)
                        instanceof CyclicBufferAppender<ILoggingEvent> recent) {
            for (int i = 0; i < recent.getLength(); i++) {
                ILoggingEvent event = recent.get(i);
                text.append(Json.time(Instant.ofEpochMilli(event.getTimeStamp())))
                        .append(' ')
                        .append(event.getLevel())
                        .append(" [")
                        .append(event.getThreadName())
                        .append("] ")
                        .append(event.getLoggerName())
                        .append(": ")
                        .append(event.getFormattedMessage())
                        .append('\n');
                if (event.getThrowableProxy() != null) {
                    text.append(ch.qos.logback.classic.spi.ThrowableProxyUtil.asString(event.getThrowableProxy()))
                            .append('\n');
                }
            }
        }
        return text.toString();
    }
}
