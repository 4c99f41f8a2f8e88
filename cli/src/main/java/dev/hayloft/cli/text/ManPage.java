package dev.hayloft.cli.text;

import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A verb's help as a manual page, in the macros of man(7). Pure functions. */
public final class ManPage {
    private ManPage() {}

    /**
     * The page of a verb.
     *
     * @param name with dashes, such as {@code hayloft-bucket-create}
     */
    public static String of(String name, CommandSpec verb) {
        StringBuilder page = new StringBuilder(2048);
        String what = String.join(" ", verb.usageMessage().description());
        page.append(".TH \"").append(name.toUpperCase(Locale.ROOT)).append("\" 1 \"\" \"Hayloft\" \"Hayloft\"\n");
        page.append(".SH NAME\n")
                .append(text(name))
                .append(" \\- ")
                .append(text(line(verb)))
                .append('\n');
        page.append(".SH SYNOPSIS\n.B ").append(text(verb.qualifiedName())).append('\n');
        page.append(text(synopsis(verb))).append('\n');
        page.append(".SH DESCRIPTION\n").append(text(what)).append('\n');
        arguments(page, verb);
        options(page, verb);
        verbs(page, name, verb.subcommands());
        page.append(".SH EXIT STATUS\n0 done, 1 not done, 2 wrong usage.\n");
        page.append(".SH ENVIRONMENT\n.B HAYLOFT_SERVER, HAYLOFT_ADMIN, HAYLOFT_ACCESS_KEY, HAYLOFT_SECRET_KEY\n")
                .append("name the server and the key, where no option does.\n");
        return page.toString();
    }

    /** One line, as `whatis` wants it. */
    private static String line(CommandSpec verb) {
        String[] description = verb.usageMessage().description();
        String first = description.length == 0 ? "" : description[0];
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    private static String synopsis(CommandSpec verb) {
        StringBuilder line = new StringBuilder();
        if (!verb.subcommands().isEmpty()) {
            line.append("VERB ");
        }
        line.append("[OPTION]...");
        for (PositionalParamSpec parameter : verb.positionalParameters()) {
            boolean optional = parameter.arity().min() == 0;
            String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
            line.append(' ').append(optional ? "[" + label + "]" : label);
        }
        return line.toString();
    }

    private static void arguments(StringBuilder page, CommandSpec verb) {
        if (!verb.positionalParameters().isEmpty()) {
            page.append(".SH ARGUMENTS\n");
        }
        for (PositionalParamSpec parameter : verb.positionalParameters()) {
            entry(page, parameter.paramLabel(), String.join(" ", parameter.description()));
        }
    }

    private static void options(StringBuilder page, CommandSpec verb) {
        page.append(".SH OPTIONS\n");
        for (OptionSpec option : verb.options()) {
            if (!option.hidden()) {
                String label = option.arity().max() > 0 ? " " + option.paramLabel() : "";
                entry(page, String.join(", ", option.names()) + label, String.join(" ", option.description()));
            }
        }
    }

    private static void verbs(StringBuilder page, String name, Map<String, CommandLine> verbs) {
        if (!verbs.isEmpty()) {
            page.append(".SH VERBS\n");
        }
        verbs.forEach((verb, line) -> entry(
                page,
                name + "-" + verb + "(1)",
                String.join(" ", line.getCommandSpec().usageMessage().description())));
    }

    private static void entry(StringBuilder page, String term, String what) {
        page.append(".TP\n.B ")
                .append(text(term))
                .append('\n')
                .append(text(what))
                .append('\n');
    }

    /** What roff would take for a command of its own is escaped. */
    private static String text(String plain) {
        String escaped = plain.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
