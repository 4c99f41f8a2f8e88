package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.json.JsonNull;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code meta}. */
@Command(
        name = "meta",
        description = {
            "Change metadata and content type of an object; the content stays.",
            "meta photos/a.jpg author=Ann year= sets author and removes year."
        })
public final class MetaVerb extends Verb {
    @Parameters(index = "0", paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which object.")
    private ObjectAddress object = new ObjectAddress("-", "");

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME=VALUE",
            description = "What metadata becomes; NAME= removes it. Names are a-z 0-9 _ . -")
    private List<String> changes = List.of();

    @Option(names = "--content-type", paramLabel = "TYPE", description = "The new media type.")
    private Optional<String> contentType = Optional.empty();

    @Option(names = "--clear", description = "Remove all metadata first.")
    private boolean clear;

    public MetaVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        withKey(object);
        boolean changesMore = !changes.isEmpty() || contentType.isPresent();
        if (!clear && !changesMore) {
            throw wrongUsage("nothing to change; give NAME=VALUE, --content-type or --clear");
        }
        JsonObject wish = wish();
        JsonObject entry = clear ? patch(JsonObject.of("metadata", JsonNull.NULL)) : wish;
        entry = changesMore ? patch(wish) : entry;
        if (session().json()) {
            session().print(entry);
        }
        session()
                .say("Changed " + Figures.printable(object.toString()) + ", now version " + entry.text("version")
                        + ".");
        return 0;
    }

    private JsonObject patch(JsonObject wish) {
        return session().client().patch(object.bucket(), object.key(), wish);
    }

    private JsonObject wish() {
        JsonObject metadata = JsonObject.EMPTY;
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw wrongUsage("metadata is NAME=VALUE, not \"" + change + "\"");
            }
            String value = change.substring(equals + 1);
            metadata =
                    metadata.with(change.substring(0, equals), value.isEmpty() ? JsonNull.NULL : JsonValue.of(value));
        }
        JsonObject wish = JsonObject.of("metadata", metadata);
        return contentType.isPresent() ? wish.with("contentType", JsonValue.of(contentType.get())) : wish;
    }
}
