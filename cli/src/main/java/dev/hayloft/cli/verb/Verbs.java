package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** All verbs, and the groups in which the help shows them. */
public final class Verbs {
    private Verbs() {}

    /** Groups of verbs by heading, in the order of the help. */
    public static Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        groups.put("Server", List.of("serve", "status", "bench"));
        groups.put(
                "Buckets and objects",
                List.of("bucket", "put", "append", "get", "cat", "ls", "stat", "meta", "mv", "cp", "rm"));
        groups.put("Streams", List.of("ingest", "tail", "streams"));
        groups.put(
                "Operation",
                List.of(
                        "volumes", "volume", "job", "compact", "seal", "encode", "scrub", "repair", "backup", "restore",
                        "index", "user", "token", "link", "key"));
        groups.put("To and from elsewhere", List.of("sync", "import", "export"));
        groups.put("The server's process", List.of("config", "log-level", "record", "diagnostics"));
        groups.put("Your shell", List.of("completion", "man"));
        return groups;
    }

    /** Adds every verb to the root. */
    public static void addTo(CommandLine root, Session session) {
        root.addSubcommand(new ServerVerb.Serve(session))
                .addSubcommand(new StatusVerb(session))
                .addSubcommand("bench", BenchVerbs.commandLine(session))
                .addSubcommand("bucket", BucketVerbs.commandLine(session))
                .addSubcommand(new PutVerb(session))
                .addSubcommand(new AppendVerb(session))
                .addSubcommand(new GetVerb(session))
                .addSubcommand(new CatVerb(session))
                .addSubcommand(new LsVerb(session))
                .addSubcommand(new StatVerb(session))
                .addSubcommand(new MetaVerb(session))
                .addSubcommand(new PlaceVerbs.Move(session))
                .addSubcommand(new PlaceVerbs.Copy(session))
                .addSubcommand(new RmVerb(session))
                .addSubcommand(new IngestVerb(session))
                .addSubcommand(new TailVerb(session))
                .addSubcommand(new StreamsVerb(session))
                .addSubcommand(new VolumeVerbs.All(session))
                .addSubcommand("volume", VolumeVerbs.commandLine(session))
                .addSubcommand("job", JobVerbs.commandLine(session))
                .addSubcommand(new JobStarts.Compact(session))
                .addSubcommand(new JobStarts.Seal(session))
                .addSubcommand(new JobStarts.Encode(session))
                .addSubcommand(new JobStarts.Scrub(session))
                .addSubcommand(new JobStarts.Repair(session))
                .addSubcommand(new JobStarts.Backup(session))
                .addSubcommand(new ServerVerb.Restore(session))
                .addSubcommand("index", IndexVerbs.commandLine(session))
                .addSubcommand(new SyncVerbs.Equal(session))
                .addSubcommand(new SyncVerbs.Import(session))
                .addSubcommand(new SyncVerbs.Export(session))
                .addSubcommand("user", UserVerbs.commandLine(session))
                .addSubcommand(new TokenVerb(session))
                .addSubcommand(new LinkVerb(session))
                .addSubcommand("key", KeyVerbs.commandLine(session))
                .addSubcommand(new ProcessVerbs.Config(session))
                .addSubcommand(new ProcessVerbs.LogLevel(session))
                .addSubcommand(new RecordVerb(session))
                .addSubcommand(new ProcessVerbs.Diagnostics(session))
                .addSubcommand(new ShellVerbs.Completion(session))
                .addSubcommand(new ShellVerbs.Man(session));
    }
}
