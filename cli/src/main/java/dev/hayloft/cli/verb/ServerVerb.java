package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Verbs that need the server's class path: {@code bin/hayloft} starts them there, so here they are only named. */
abstract class ServerVerb extends Verb {
    @Parameters(arity = "0..*", hidden = true, paramLabel = "ARGUMENT", description = "As the server's own help tells.")
    private List<String> arguments = List.of();

    ServerVerb(Session session) {
        super(session);
    }

    @Override
    final int run() {
        throw new CommandFailure("this verb needs the server's class path: start it by bin/hayloft " + arguments);
    }

    /** {@code serve}. */
    @Command(name = "serve", description = "Start the server.")
    static final class Serve extends ServerVerb {
        Serve(Session session) {
            super(session);
        }
    }

    /** {@code restore}. */
    @Command(name = "restore", description = "Make a new data folder from a backup; the server need not run.")
    static final class Restore extends ServerVerb {
        Restore(Session session) {
            super(session);
        }
    }

    /** {@code volume dump}. */
    @Command(name = "dump", description = "Print the needles of a volume's file; the server need not run.")
    static final class Dump extends ServerVerb {
        Dump(Session session) {
            super(session);
        }
    }
}
