package dev.hayloft.cli;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Environment;
import dev.hayloft.cli.session.FailureJson;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.GlobalOptions;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.transfer.FileFailure;
import dev.hayloft.cli.verb.Verbs;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.json.JsonException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Spec;

/** The command line: {@code hayloft VERB …}. Exit codes: 0 done, 1 not done, 2 wrong usage. */
@Command(
        name = "hayloft",
        description = "Hayloft, an object store made of logs.",
        synopsisSubcommandLabel = "VERB",
        versionProvider = Main.Version.class)
public final class Main implements Runnable {
    @Mixin
    private final GlobalOptions options = new GlobalOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    public static void main(String[] arguments) {
        Environment environment = Environment.ofProcess(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
        System.exit(run(environment, arguments));
    }

    /** Runs one verb and answers its exit code. */
    public static int run(Environment environment, String... arguments) {
        Main main = new Main();
        try (Session session = new Session(environment, main.options)) {
            return commandLine(main, session).execute(arguments);
        }
    }

    private static CommandLine commandLine(Main main, Session session) {
        CommandLine root = new CommandLine(main);
        Verbs.addTo(root, session);
        root.setOut(session.out());
        root.setErr(session.err());
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setUsageHelpWidth(100);
        root.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        root.setExecutionExceptionHandler((failure, line, result) -> {
            String text = text(failure);
            if (session.json()) {
                session.print(failure instanceof HayloftClientException e ? FailureJson.of(e) : FailureJson.of(text));
            }
            session.out().flush();
            session.err().println(text);
            return 1;
        });
        root.setParameterExceptionHandler((wrong, arguments) -> {
            String text = WrongUsage.text(wrong);
            if (List.of(arguments).contains("--json")) { // Parsing ended too early to ask the options.
                session.print(FailureJson.ofUsage(text));
            }
            session.err().println(text);
            return 2;
        });
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Main::verbsByGroup);
        return root;
    }

    private static String verbsByGroup(Help help) {
        StringBuilder text = new StringBuilder();
        Verbs.groups().forEach((heading, verbs) -> {
            text.append("\n").append(heading).append(":\n");
            for (String verb : verbs) {
                Optional.ofNullable(help.allSubcommands().get(verb)).ifPresent(of -> text.append(line(verb, of)));
            }
        });
        return text.append("\n`hayloft VERB --help` tells more. Exit codes: 0 done, 1 not done, 2 wrong usage.\n")
                .toString();
    }

    private static String line(String verb, Help help) {
        String children = String.join("|", help.commandSpec().subcommands().keySet());
        String name = children.isEmpty() ? verb : verb + " " + children;
        String what = help.commandSpec().usageMessage().description()[0];
        return String.format(Locale.ROOT, "  %-32s %s%n", name, what);
    }

    private static String text(Exception failure) {
        if (failure instanceof HayloftClientException e) {
            return FailureText.of(e);
        }
        if (failure instanceof CommandFailure e) {
            return "hayloft: " + FailureText.message(e);
        }
        if (failure instanceof JsonException e) {
            return "hayloft: the server's answer has another shape than expected: " + e.getMessage()
                    + "; are client and server of the same version?";
        }
        if (failure instanceof UncheckedIOException e) {
            return "hayloft: " + FileFailure.of(e);
        }
        if (failure instanceof IOException e) {
            return "hayloft: " + FileFailure.of(e);
        }
        return "hayloft: a defect of the command line: " + failure;
    }

    /** No verb at all is wrong usage. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which verb? `hayloft --help` lists them.");
    }

    /** The version that the jar names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Hayloft " + (version == null ? "(not packaged)" : version)};
        }
    }
}
