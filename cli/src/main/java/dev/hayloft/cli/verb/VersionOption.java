package dev.hayloft.cli.verb;

import dev.hayloft.client.GetOptions;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which version of an object. */
final class VersionOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb = CommandSpec.create();

    private Optional<String> number = Optional.empty();

    @Option(names = "--version", paramLabel = "N", description = "This version, as ls --versions shows it.")
    void set(String value) {
        if (!value.matches("[0-9]{1,19}")) {
            throw new CommandLine.ParameterException(
                    verb.commandLine(), "--version takes the number of a version, not \"" + value + "\"");
        }
        number = Optional.of(value);
    }

    Optional<String> number() {
        return number;
    }

    GetOptions get() {
        return number.map(GetOptions::version).orElseGet(GetOptions::whole);
    }
}
