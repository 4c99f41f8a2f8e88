package dev.hayloft.cli;

import dev.hayloft.cli.session.FailureText;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said when arguments make no sense: which one, what was perhaps meant, where the help is. */
final class WrongUsage {
    /** What picocli says where a list has too few words. */
    private static final Pattern TOO_FEW =
            Pattern.compile("^positional parameter at index \\S+ \\((.+)\\) requires at least");

    private WrongUsage() {}

    static String text(ParameterException wrong) {
        CommandLine verb = wrong.getCommandLine();
        String path = verb.getCommandSpec().qualifiedName();
        String help = "\n  `" + path + " --help` shows how.";
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !verb.getSubcommands().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            if (!word.startsWith("-")) {
                List<String> near = verb.getSubcommands().keySet().stream()
                        .filter(other -> distance(word, other) <= Math.max(1, other.length() / 3))
                        .sorted(Comparator.comparingInt(other -> distance(word, other)))
                        .toList();
                String way = near.isEmpty() && verb.getParent() != null ? "; " + verbs(verb) : meant(near);
                return "hayloft: there is no verb \"" + word + "\"" + way + help;
            }
        }
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String words = String.join(" ", unmatched.getUnmatched());
            return "hayloft: " + path + " knows no \"" + words + "\"" + meant(unmatched.getSuggestions()) + help;
        }
        String message = FailureText.message(wrong);
        Matcher few = TOO_FEW.matcher(message);
        if (few.find()) {
            return "hayloft: " + path + " needs " + few.group(1) + help;
        }
        if (message.equals("Missing required subcommand")) {
            return "hayloft: " + path + " does nothing by itself; " + verbs(verb) + help;
        }
        return "hayloft: " + message + help;
    }

    private static String verbs(CommandLine verb) {
        return "there are " + String.join(", ", verb.getSubcommands().keySet());
    }

    /** How many letters were left out, put in or mistaken. */
    private static int distance(String word, String verb) {
        int[] row = new int[verb.length() + 1];
        for (int j = 0; j <= verb.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= word.length(); i++) {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= verb.length(); j++) {
                int same = word.charAt(i - 1) == verb.charAt(j - 1) ? corner : corner + 1;
                corner = row[j];
                row[j] = Math.min(same, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[verb.length()];
    }

    private static String meant(List<String> suggestions) {
        Optional<String> nearest = suggestions.stream().findFirst();
        return nearest.map(text -> "; did you mean " + text + "?").orElse("");
    }
}
