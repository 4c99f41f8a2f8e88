package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.ObjectAddress;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.client.ListEntry;
import dev.hayloft.client.ListOptions;
import dev.hayloft.client.ListStream;
import dev.hayloft.client.json.JsonArray;
import dev.hayloft.client.json.JsonValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ls}. */
@Command(
        name = "ls",
        description = "List the keys that begin with PREFIX, folded at slashes; without a bucket, list the buckets.")
public final class LsVerb extends Verb {
    @Parameters(arity = "0..1", paramLabel = "BUCKET[/PREFIX]", converter = Addresses.class, description = "Where.")
    private Optional<ObjectAddress> where = Optional.empty();

    @Option(names = "-l", description = "Show size, time and type too.")
    private boolean wide;

    @Option(
            names = {"-r", "--recursive"},
            description = "Do not fold at slashes.")
    private boolean recursive;

    @Option(names = "--versions", description = "Show every version, delete markers too, the newest first.")
    private boolean versions;

    public LsVerb(Session session) {
        super(session);
    }

    @Override
    int run() {
        if (where.isEmpty()) {
            return new BucketVerbs.Ls(session()).run();
        }
        ObjectAddress folder = where.get();
        ListOptions options = ListOptions.prefix(folder.key()).withDelimiter(recursive ? "" : "/");
        if (versions) {
            return listVersions(folder.bucket(), options.withVersions());
        }
        Iterable<ListEntry> entries = session().client().list(folder.bucket(), options);
        if (session().json()) {
            printJson(entries);
        } else {
            entries.forEach(this::printLine);
        }
        return 0;
    }

    private int listVersions(String bucket, ListOptions options) {
        try (ListStream stream = session().client().listStream(bucket, options)) {
            if (session().json()) {
                printJson(() -> new Walk(stream));
            } else {
                new Walk(stream).forEachRemaining(this::printVersion);
            }
        }
        return 0;
    }

    /** Over a listing that comes as a stream; once. */
    private static final class Walk implements Iterator<ListEntry> {
        private final ListStream stream;
        private Optional<ListEntry> next;

        Walk(ListStream stream) {
            this.stream = stream;
            this.next = stream.next();
        }

        @Override
        public boolean hasNext() {
            return next.isPresent();
        }

        @Override
        public ListEntry next() {
            ListEntry entry = next.orElseThrow();
            next = stream.next();
            return entry;
        }
    }

    private void printVersion(ListEntry entry) {
        String name = Figures.printable(entry.name());
        if (!(entry instanceof ListEntry.ObjectEntry object)) {
            session().say(String.format(Locale.ROOT, "%-19s  %12s  %-24s  %s", "-", "-", "-", name));
            return;
        }
        boolean deleted = object.json()
                .find("deleted")
                .filter(value -> value.toString().equals("true"))
                .isPresent();
        session()
                .say(String.format(
                        Locale.ROOT,
                        "%-19s  %12s  %-24s  %s",
                        object.json().text("version"),
                        deleted ? "deleted" : Figures.count(object.sizeBytes()),
                        object.json().text("lastModified"),
                        name));
    }

    private void printLine(ListEntry entry) {
        String name = Figures.printable(entry.name());
        if (!wide) {
            session().say(name);
        } else if (entry instanceof ListEntry.ObjectEntry object) {
            String type = object.contentType().orElse("-");
            String time = object.json().text("lastModified");
            session()
                    .say(String.format(
                            Locale.ROOT,
                            "%12s  %-24s  %-26s  %s",
                            Figures.count(object.sizeBytes()),
                            time,
                            type,
                            name));
        } else {
            session().say(String.format(Locale.ROOT, "%12s  %-24s  %-26s  %s", "-", "-", "-", name));
        }
    }

    /** The contract's listing as one document; objects are printed as they come, prefixes are few enough to be kept. */
    private void printJson(Iterable<ListEntry> entries) {
        List<JsonValue> prefixes = new ArrayList<>();
        Iterator<ListEntry> left = entries.iterator();
        boolean isMore = left.hasNext(); // Whatever is wrong with the question shows here, before a document begins.
        String separator = "";
        session().out().print("{\"objects\":[");
        while (isMore) {
            ListEntry entry = left.next();
            if (entry instanceof ListEntry.ObjectEntry object) {
                session().out().print(separator + object.json());
                separator = ",";
            } else {
                prefixes.add(JsonValue.of(entry.name()));
            }
            isMore = left.hasNext();
        }
        session().out().print("],\"prefixes\":" + new JsonArray(prefixes) + ",\"next\":null}\n");
    }
}
