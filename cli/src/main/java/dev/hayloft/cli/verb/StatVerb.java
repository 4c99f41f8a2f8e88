package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code stat}. */
@Command(name = "stat", description = "Show what is known of an object, its metadata included.")
public final class StatVerb extends Verb {
    @Parameters(paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which one.")
    private ObjectAddress object = new ObjectAddress("-", "");

    public StatVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        withKey(object);
        // A key sorts before everything it is a prefix of, so the first entry is it or it is not there.
        ListOptions options = ListOptions.prefix(object.key()).withMetadata().withLimit(1);
        JsonObject entry = session().client().listPage(object.bucket(), options).entries().stream()
                .filter(found -> found.name().equals(object.key()))
                .filter(ListEntry.ObjectEntry.class::isInstance)
                .map(found -> ((ListEntry.ObjectEntry) found).json())
                .findFirst()
                .orElseThrow(() -> new CommandFailure("no-such-key: bucket \"" + object.bucket() + "\" has no key \""
                        + Figures.printable(object.key()) + "\"; `hayloft ls " + object.bucket()
                        + "` shows what is there"));
        if (session().json()) {
            session().print(entry);
        } else {
            print(entry);
        }
        return 0;
    }

    private void print(JsonObject entry) {
        Table table = new Table("bucket", object.bucket());
        entry.members().forEach((name, value) -> {
            if (value instanceof JsonObject metadata) {
                metadata.members().forEach((key, text) -> table.add(name + "." + key, plain(text)));
            } else {
                table.add(name, plain(value));
            }
        });
        table.print(session().out());
    }

    private static String plain(JsonValue value) {
        return value.isNull()
                ? "-"
                : Figures.printable(value instanceof JsonValue.Text text ? text.value() : value.toString());
    }
}
