package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.client.json.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code token}. */
@Command(name = "token", description = "Make a token that stands for the access key, to be sent as a bearer's.")
public final class TokenVerb extends Verb {
    @Option(
            names = "--expires-in",
            paramLabel = "SECONDS",
            description = "60 to 604800; default: 3600. It ends with its access key in any case.")
    private int seconds = 3600;

    public TokenVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        JsonObject token = session().client().createToken(seconds);
        if (session().json()) {
            session().print(token);
        } else {
            session().out().print(token.text("token") + "\n");
            session().err().println("Good until " + token.text("expiresAt") + ".");
        }
        return 0;
    }
}
