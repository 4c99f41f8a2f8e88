package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code link}. */
@Command(name = "link", description = "Make a signed link: whoever has it may read, or store, that one object.")
public final class LinkVerb extends Verb {
    @Parameters(paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "The object.")
    private ObjectAddress address = new ObjectAddress("-", "");

    @Option(names = "--put", description = "For storing the object instead of reading it.")
    private boolean put;

    @Option(names = "--expires-in", paramLabel = "SECONDS", description = "1 to 604800; default: 3600.")
    private int seconds = 3600;

    public LinkVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        ObjectAddress object = withKey(address);
        JsonObject wish = JsonObject.of("method", JsonValue.of(put ? "PUT" : "GET"))
                .with("bucket", JsonValue.of(object.bucket()))
                .with("key", JsonValue.of(object.key()))
                .with("expiresIn", JsonValue.of(seconds));
        JsonObject link = session().client().createLink(wish);
        if (session().json()) {
            session().print(link);
        } else {
            session().out().print(link.text("url") + "\n");
            session().err().println("Good until " + link.text("expiresAt") + ".");
        }
        return 0;
    }
}
