package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.ManPage;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Verbs that make the command line at home in a shell: {@code completion}, {@code man}. */
final class ShellVerbs {
    private static final String NAME = "hayloft";

    private ShellVerbs() {}

    /** {@code completion}. */
    @Command(
            name = "completion",
            description = "Print a completion script for bash and zsh: source <(hayloft completion).")
    static final class Completion extends Verb {
        @Spec
        private CommandSpec own = CommandSpec.create();

        Completion(Session session) {
            super(session);
        }

        @Override
        int run() {
            String script = AutoComplete.bash(NAME, own.root().commandLine());
            if (session().json()) {
                session().print(JsonObject.of("script", JsonValue.of(script)));
            } else {
                session().out().print(script);
            }
            return 0;
        }
    }

    /** {@code man}. */
    @Command(
            name = "man",
            description = "Write a manual page for each verb into a folder: hayloft man /usr/local/share/man/man1.")
    static final class Man extends Verb {
        @Parameters(paramLabel = "DIR", description = "The folder; made if it is not there.")
        private String folder = "";

        @Spec
        private CommandSpec own = CommandSpec.create();

        Man(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            Path target = Files.createDirectories(session().path(folder));
            int pages = write(target, NAME, own.root().commandLine());
            if (session().json()) {
                session().print(JsonObject.of("folder", JsonValue.of(folder)).with("pages", JsonValue.of(pages)));
            }
            session().say("Wrote " + pages + " pages to " + folder + ".");
            return 0;
        }

        private static int write(Path folder, String name, CommandLine verb) throws IOException {
            Files.write(
                    folder.resolve(name + ".1"),
                    ManPage.of(name, verb.getCommandSpec()).getBytes(StandardCharsets.UTF_8));
            int pages = 1;
            for (var child : verb.getSubcommands().entrySet()) {
                pages += write(folder, name + "-" + child.getKey(), child.getValue());
            }
            return pages;
        }
    }
}
