package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.client.GetOptions;
import dev.hayloft.client.ObjectContent;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code cat}. */
@Command(name = "cat", description = "Write objects to standard output, one after the other.")
public final class CatVerb extends Verb {
    @Parameters(arity = "1..*", paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which ones.")
    private List<ObjectAddress> objects = List.of();

    @Mixin
    private VersionOption version = new VersionOption();

    public CatVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        objects.forEach(this::withKey);
        if (version.number().isPresent() && objects.size() > 1) {
            throw wrongUsage("--version is of one object; name one");
        }
        for (ObjectAddress object : objects) {
            copy(session(), object, version.get());
        }
        return 0;
    }

    /** The object's bytes to standard output; a failure in their middle is exit code 1. */
    static int copy(Session session, ObjectAddress object, GetOptions options) throws IOException {
        session.out().flush();
        try (ObjectContent content = session.client().get(object.bucket(), object.key(), options)) {
            content.writeTo(session.environment().output());
        }
        session.environment().output().flush();
        return 0;
    }
}
