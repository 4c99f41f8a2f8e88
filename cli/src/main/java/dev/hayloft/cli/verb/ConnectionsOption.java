package dev.hayloft.cli.verb;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How many objects are on their way at once. */
final class ConnectionsOption {
    private static final int MAX = 1_024;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    private int count = 16;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Objects on their way at once with -r, 1 to 1024 (default: 16).")
    void set(int value) {
        if (value < 1 || value > MAX) {
            throw new CommandLine.ParameterException(verb.commandLine(), "--connections takes 1 to 1024, not " + value);
        }
        count = value;
    }

    int count() {
        return count;
    }
}
