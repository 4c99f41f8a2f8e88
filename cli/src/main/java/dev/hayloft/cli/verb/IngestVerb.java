package dev.hayloft.cli.verb;

import dev.hayloft.cli.records.CsvColumns;
import dev.hayloft.cli.records.RecordFormat;
import dev.hayloft.cli.records.RecordInput;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.FailureText;
import dev.hayloft.cli.session.Session;
import dev.hayloft.cli.text.Figures;
import dev.hayloft.cli.text.Progress;
import dev.hayloft.cli.transfer.FileFailure;
import dev.hayloft.cli.transfer.FileTree;
import dev.hayloft.client.HayloftClientException;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Durability;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ingest}. */
@Command(
        name = "ingest",
        description = {
            "Store records from files, folders or standard input.",
            "ingest BUCKET FILE... takes the files in their order, of a folder all files below it by name; no FILE, or -, is"
                    + " standard input.",
            "Formats: ndjson, an object {\"key\": ..., \"value\" | \"text\" | \"base64\": ...} a line; records, frames of"
                    + " application/vnd.hayloft.records; csv, rows below a row of names.",
            "The same command again, after a kill or a lost server, stores nothing twice: files are known by path, size and"
                    + " time, and the server knows how far they have come. Standard input needs --producer for that."
        })
final class IngestVerb extends Verb {
    @Parameters(index = "0", paramLabel = "BUCKET", description = "Where the records go; it must exist.")
    private String bucket = "";

    @Parameters(index = "1..*", paramLabel = "FILE", description = "Files and folders; none: standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--format",
            paramLabel = "F",
            description = "ndjson, records or csv; else as a name ends: .csv, .records, all others ndjson.")
    private Optional<RecordFormat> format = Optional.empty();

    @Option(
            names = "--key-column",
            paramLabel = "NAME",
            description = "The column of csv that is the key (default: key).")
    private String keyColumn = "key";

    @Option(
            names = "--value-column",
            paramLabel = "NAME",
            description = "The column of csv that is the value; else it is a JSON object of all columns.")
    private Optional<String> valueColumn = Optional.empty();

    @Option(names = "--delimiter", paramLabel = "C", description = "Between the fields of csv (default: a comma).")
    private char delimiter = ',';

    @Option(
            names = "--producer",
            paramLabel = "NAME",
            description = "Repeat under this name: what its earlier runs have stored, counted in records, is left out.")
    private Optional<String> producer = Optional.empty();

    @Option(names = "--again", description = "Store files once more that were stored before.")
    private boolean again;

    @Option(
            names = "--durability",
            paramLabel = "WHEN",
            description = "Acknowledge when on disk or in memory: ${COMPLETION-CANDIDATES}.")
    private Optional<Durability> durability = Optional.empty();

    IngestVerb(Session session) {
        super(session);
    }

    @Override
    int run() throws IOException {
        if (again && producer.isPresent()) {
            throw wrongUsage("--again makes a new producer; leave --producer out, or name another one");
        }
        List<Path> paths = paths();
        boolean standardInput = paths.isEmpty();
        session().client().bucket(bucket); // A missing bucket or key is told before anything is read.
        String name = name(paths);
        try (Progress progress =
                Progress.start(session().err(), session().environment().terminal(), "records")) {
            IngestRun run = openRun(name, progress);
            try (run) {
                if (standardInput) {
                    take(run, "standard input", session().environment().input(), format.orElse(RecordFormat.NDJSON));
                } else {
                    takeFiles(run, paths, progress);
                }
            } catch (HayloftClientException e) {
                throw run.refusal().orElse(e);
            }
            progress.stop();
            return report(run, progress.elapsedSeconds());
        }
    }

    private String name(List<Path> paths) throws IOException {
        if (producer.isPresent()) {
            return producer.get();
        }
        boolean isNew = paths.isEmpty() || again;
        return isNew
                ? IngestRun.newName()
                : IngestRun.nameOf(
                        paths, List.of(bucket, format.toString(), columns().toString()));
    }

    private IngestRun openRun(String name, Progress progress) {
        try {
            return new IngestRun(session().client(), bucket, name, durability, progress);
        } catch (IllegalArgumentException e) {
            throw wrongUsage("--producer: " + FailureText.message(e));
        }
    }

    private CsvColumns columns() {
        return new CsvColumns(keyColumn, valueColumn, delimiter);
    }

    /** All files in their order; none for standard input. */
    private List<Path> paths() throws IOException {
        if (files.isEmpty() || files.equals(List.of("-"))) {
            return List.of();
        }
        if (files.contains("-")) {
            throw wrongUsage("standard input goes alone, not among files");
        }
        List<Path> paths = new ArrayList<>();
        for (String file : files) {
            Path path = session().path(file);
            if (Files.isDirectory(path)) {
                paths.addAll(below(path));
            } else if (Files.exists(path)) {
                paths.add(path);
            } else {
                throw new CommandFailure("there is no file " + file);
            }
        }
        if (paths.isEmpty()) {
            throw new CommandFailure("there are no files below " + String.join(", ", files));
        }
        return paths;
    }

    private static List<Path> below(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        new FileTree(folder).walk(new FileTree.Visitor() {
            @Override
            public void file(Path file, String name, long sizeBytes) {
                found.add(file);
            }

            @Override
            public void unreadable(Path file, IOException reason) {
                throw new CommandFailure(FileFailure.of(reason), reason);
            }
        });
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private void takeFiles(IngestRun run, List<Path> paths, Progress progress) throws IOException {
        long total = 0;
        for (Path path : paths) {
            total += Files.size(path);
        }
        progress.expect(-1, total);
        for (Path path : paths) {
            RecordFormat its = format.orElseGet(() -> RecordFormat.ofName(path.toString()));
            try (InputStream source = Files.newInputStream(path)) {
                take(run, Figures.printable(path.toString()), source, its);
            }
        }
    }

    private void take(IngestRun run, String name, InputStream source, RecordFormat its) throws IOException {
        InputStream counted = new FilterInputStream(source) {
            @Override
            public int read(byte[] target, int offset, int size) throws IOException {
                int count = super.read(target, offset, size);
                run.progress().addBytes(Math.max(0, count));
                return count;
            }
        };
        new RecordInput(name, counted).read(its, columns(), run.from(name, its.unit(), its.encoding()));
    }

    private int report(IngestRun run, double seconds) {
        if (session().json()) {
            session()
                    .print(JsonObject.of("records", JsonValue.of(run.records()))
                            .with("bytes", JsonValue.of(run.bytes()))
                            .with("producer", JsonValue.of(run.name()))
                            .with("seconds", JsonValue.of(seconds)));
        }
        session()
                .say("Stored " + Figures.count(run.records()) + " records, " + Figures.bytes(run.bytes()) + ", in "
                        + Figures.seconds(seconds) + " ("
                        + Figures.count(Math.round(run.records() / Math.max(seconds, 0.001))) + " a second, "
                        + Figures.rate(run.bytes(), seconds) + ").");
        return 0;
    }
}
