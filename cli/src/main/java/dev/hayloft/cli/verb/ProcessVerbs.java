package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Verbs on the server's process: {@code config}, {@code log-level}, {@code diagnostics}. */
final class ProcessVerbs {
    private ProcessVerbs() {}

    /** {@code config}. */
    @Command(name = "config", description = "Show the settings in force, those that differ from their default first.")
    static final class Config extends Verb {
        @Parameters(paramLabel = "NAME", arity = "0..1", description = "Only settings with this in their name.")
        private String part = "";

        Config(Session session) {
            super(session);
        }

        @Override
        int run() {
            JsonObject config = session().client().operations().config();
            if (session().json()) {
                session().print(config);
                return 0;
            }
            Table table = new Table("SETTING", "VALUE", "DEFAULT");
            for (boolean changed : new boolean[] {true, false}) {
                for (JsonValue each : config.get("settings").asArray()) {
                    JsonObject setting = each.asObject();
                    boolean differs = !setting.text("value").equals(setting.text("default"));
                    if (differs == changed && setting.text("name").contains(part)) {
                        table.add(setting.text("name"), shown(setting, "value"), shown(setting, "default"));
                    }
                }
            }
            table.print(session().out());
            return 0;
        }

        private static String shown(JsonObject setting, String name) {
            return setting.text(name).isEmpty() ? "-" : setting.text(name);
        }
    }

    /** {@code log-level}. */
    @Command(name = "log-level", description = "Show or set levels of the server's log, until its next start.")
    static final class LogLevel extends Verb {
        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "LOGGER",
                description = "ROOT, or a package or class such as dev.hayloft.store.")
        private String logger = "";

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "LEVEL",
                description = "off, error, warn, info, debug, trace; or inherit for what the logger above has.")
        private String level = "";

        LogLevel(Session session) {
            super(session);
        }

        @Override
        int run() {
            boolean sets = !level.isEmpty();
            JsonObject levels = sets
                    ? session()
                            .client()
                            .operations()
                            .setLogLevel(
                                    logger,
                                    Optional.of(level.toLowerCase(Locale.ROOT)).filter(text -> !text.equals("inherit")))
                    : session().client().operations().logLevels();
            if (session().json()) {
                session().print(levels);
                return 0;
            }
            Table table = new Table("LOGGER", "LEVEL");
            for (JsonValue each : levels.get("levels").asArray()) {
                String name = each.asObject().text("logger");
                if (sets || name.startsWith(logger)) {
                    table.add(name, each.asObject().text("level"));
                }
            }
            table.print(session().out());
            return 0;
        }
    }

    /** {@code diagnostics}. */
    @Command(
            name = "diagnostics",
            description = "Fetch figures, settings, threads and the end of the log as one zip file; no secrets.")
    static final class Diagnostics extends Verb {
        @Parameters(paramLabel = "FILE", description = "Where to put it, for example diagnostics.zip.")
        private String file = "";

        @Option(names = "--overwrite", description = "Replace the file if it is there.")
        private boolean overwrite;

        Diagnostics(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            Path target = session().path(file);
            if (!overwrite && Files.exists(target)) {
                throw wrongUsage("\"" + file + "\" is there already; name another file, or add --overwrite");
            }
            Path part = target.resolveSibling(target.getFileName() + ".part");
            try (InputStream bundle = session().client().operations().diagnostics()) {
                Files.copy(bundle, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            long bytes = Files.size(target);
            if (session().json()) {
                session().print(JsonObject.of("file", JsonValue.of(file)).with("bytes", JsonValue.of(bytes)));
            } else {
                session().say("Wrote " + file + ", " + Figures.bytes(bytes) + ".");
            }
            return 0;
        }
    }
}
