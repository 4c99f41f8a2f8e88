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
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code stat}. */
@Command(name = "stat", description = "Show what is known of an object, its metadata included.")
public final class StatVerb extends Verb {
    @Parameters(paramLabel = "BUCKET/KEY", converter = Addresses.class, description = "Which one.")
    private ObjectAddress object = new ObjectAddress("-", "");

    @Mixin
    private VersionOption version = new VersionOption();

    public StatVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        withKey(object);
        JsonObject entry =
                version.number().isPresent() ? ofVersion(version.number().get()) : ofNewest();
        if (session().json()) {
            session().print(entry);
        } else {
            print(entry);
        }
        return 0;
    }

    private JsonObject ofVersion(String number) {
        return session().client().versions(object.bucket(), object.key()).stream()
                .filter(found -> found.text("version").equals(number))
                .map(this::withKeyFirst)
                .findFirst()
                .orElseThrow(() -> new CommandFailure("no-such-version: key \"" + Figures.printable(object.key())
                        + "\" has no version " + number + "; `hayloft ls --versions " + object.bucket() + "/"
                        + Figures.printable(object.key()) + "` shows what is there"));
    }

    private JsonObject withKeyFirst(JsonObject version) {
        JsonObject entry = JsonObject.of("key", JsonValue.of(object.key()));
        for (Map.Entry<String, JsonValue> member : version.members().entrySet()) {
            entry = entry.with(member.getKey(), member.getValue());
        }
        return entry;
    }

    private JsonObject ofNewest() {
        // A key sorts before everything it is a prefix of, so the first entry is it or it is not there.
        ListOptions options = ListOptions.prefix(object.key()).withMetadata().withLimit(1);
        return session().client().listPage(object.bucket(), options).entries().stream()
                .filter(found -> found.name().equals(object.key()))
                .filter(ListEntry.ObjectEntry.class::isInstance)
                .map(found -> ((ListEntry.ObjectEntry) found).json())
                .findFirst()
                .orElseThrow(() -> new CommandFailure("no-such-key: bucket \"" + object.bucket() + "\" has no key \""
                        + Figures.printable(object.key()) + "\"; `hayloft ls " + object.bucket()
                        + "` shows what is there"));
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
