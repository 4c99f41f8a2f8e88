package dev.hayloft.cli.session;

import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that may stand before or after any verb. Filled by picocli before the verb runs. */
public final class GlobalOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "The server; else HAYLOFT_SERVER, else the one that runs on the data folder.")
    private Optional<String> server = Optional.empty();

    @Option(
            names = "--admin",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            description = "Its admin port, for operator verbs; else HAYLOFT_ADMIN.")
    private Optional<String> admin = Optional.empty();

    @Option(
            names = "--access-key",
            paramLabel = "KEY",
            scope = ScopeType.INHERIT,
            description = "Who asks; else HAYLOFT_ACCESS_KEY, else the root key in the data folder.")
    private Optional<String> accessKey = Optional.empty();

    @Option(
            names = "--secret-key",
            paramLabel = "KEY",
            scope = ScopeType.INHERIT,
            description = "The secret of the access key; else HAYLOFT_SECRET_KEY.")
    private Optional<String> secretKey = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The server's data folder on this machine (default: ./data).")
    private Optional<String> data = Optional.empty();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one JSON document instead of a table.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    private boolean version;

    public Optional<String> server() {
        return server;
    }

    public Optional<String> admin() {
        return admin;
    }

    public Optional<String> accessKey() {
        return accessKey;
    }

    public Optional<String> secretKey() {
        return secretKey;
    }

    public Optional<String> data() {
        return data;
    }

    public boolean json() {
        return json;
    }

    /** Whether help was asked for; picocli then prints it instead of running the verb. */
    public boolean help() {
        return help;
    }

    /** Whether the version was asked for; picocli then prints it instead of running the verb. */
    public boolean version() {
        return version;
    }
}
