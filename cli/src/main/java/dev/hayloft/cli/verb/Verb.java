package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the verbs have in common. Answers the exit code: 0 done, 1 not done. */
abstract class Verb implements Callable<Integer> {
    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    Verb(Session session) {
        this.session = session;
    }

    @Override
    public final Integer call() throws IOException {
        return run();
    }

    abstract int run() throws IOException;

    final Session session() {
        return session;
    }

    /** Wrong usage: exit code 2, with the verb's usage. */
    final CommandLine.ParameterException wrongUsage(String sentence) {
        return new CommandLine.ParameterException(spec.commandLine(), sentence);
    }

    /** The address, which must name a key. */
    final ObjectAddress withKey(ObjectAddress address) {
        if (address.key().isEmpty()) {
            throw wrongUsage("\"" + address + "\" names no key; write BUCKET/KEY");
        }
        return address;
    }
}
