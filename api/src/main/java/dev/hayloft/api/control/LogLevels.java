package dev.hayloft.api.control;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** Levels of the log while the server runs; the next start begins with the settings again. */
final class LogLevels {
    static final String ROOT = Logger.ROOT_LOGGER_NAME;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_$.]{1,200}");
    private static final List<String> LEVELS = List.of("off", "error", "warn", "info", "debug", "trace");

    private LogLevels() {}

    /** {@code {"levels":[{"logger","level"}]}}: those that were set, the root first. */
    static void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("levels");
        for (Logger logger : set()) {
            json.writeStartObject();
            json.writeStringField("logger", logger.getName());
            json.writeStringField("level", logger.getLevel().toString().toLowerCase(Locale.ROOT));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static List<Logger> set() {
        List<Logger> all = new ArrayList<>();
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            for (Logger logger : context.getLoggerList()) {
                if (logger.getLevel() != null) {
                    all.add(logger);
                }
            }
        }
        return all;
    }

    /**
     * Sets the level of a logger and those below it.
     *
     * @param level empty for what the logger above it has
     * @throws RequestException {@code bad-parameter} for a name or level that there cannot be
     */
    static void set(String name, Optional<String> level) {
        if (!NAME.matcher(name).matches()) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A logger is ROOT or the name of a package or class.")
                    .with("parameter", "logger");
        }
        if (level.isPresent() ? !LEVELS.contains(level.get()) : name.equals(ROOT)) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A level is off, error, warn, info, debug or trace.")
                    .with("parameter", "level")
                    .with("value", level.orElse("null"));
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(name).setLevel(level.map(Level::toLevel).orElse(null));
        }
    }
}
