package dev.hayloft.cli;

import dev.hayloft.cli.session.FailureText;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said when arguments make no sense: which one, what was perhaps meant, where the help is. */
final class WrongUsage {
    private WrongUsage() {}

    static String text(ParameterException wrong) {
        CommandLine verb = wrong.getCommandLine();
        String path = verb.getCommandSpec().qualifiedName();
        String help = "\n  `" + path + " --help` shows how.";
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !verb.getSubcommands().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            if (!word.startsWith("-")) {
                return "hayloft: there is no verb \"" + word + "\"" + meant(unmatched.getSuggestions()) + help;
            }
        }
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String words = String.join(" ", unmatched.getUnmatched());
            return "hayloft: " + path + " knows no \"" + words + "\"" + meant(unmatched.getSuggestions()) + help;
        }
        return "hayloft: " + FailureText.message(wrong) + help;
    }

    private static String meant(List<String> suggestions) {
        Optional<String> nearest = suggestions.stream().findFirst();
        return nearest.map(text -> "; did you mean " + text + "?").orElse("");
    }
}
