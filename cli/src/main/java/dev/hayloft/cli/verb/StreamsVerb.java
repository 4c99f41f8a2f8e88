package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Table;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import picocli.CommandLine.Command;

/** {@code streams}. */
@Command(
        name = "streams",
        description = "Show the requests of records that are open, and who reads changes and how far behind.")
final class StreamsVerb extends Verb {
    StreamsVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        JsonObject streams = session().client().operations().streams();
        if (session().json()) {
            session().print(streams);
            return 0;
        }
        Table records = new Table("RECORDS INTO", "KEY", "PRODUCER", ">ACKNOWLEDGED", "SINCE");
        streams.get("ingest").asArray().forEach(value -> {
            JsonObject each = value.asObject();
            records.add(
                    each.text("bucket"),
                    each.text("accessKey"),
                    text(each, "producer"),
                    Figures.count(each.number("acked")),
                    each.text("startedAt"));
        });
        records.print(session().out());
        session().out().print("\n");
        Table readers = new Table("CHANGES OF", "KEY", "FORM", "PREFIX", ">READ", ">BEHIND", "STATE", "LAST READ");
        streams.get("readers").asArray().forEach(value -> {
            JsonObject each = value.asObject();
            readers.add(
                    each.text("bucket"),
                    each.text("accessKey"),
                    each.text("form"),
                    text(each, "prefix"),
                    Figures.count(each.number("changes")),
                    each.find("behind").isEmpty() ? "-" : Figures.count(each.number("behind")),
                    each.text("state"),
                    each.text("lastReadAt"));
        });
        readers.print(session().out());
        return 0;
    }

    private static String text(JsonObject json, String name) {
        return json.find(name)
                .map(JsonValue::asText)
                .filter(text -> !text.isEmpty())
                .map(Figures::printable)
                .orElse("-");
    }
}
