package dev.hayloft.api;

import dev.hayloft.api.HayloftServer.OpenStore;
import dev.hayloft.store.HayloftStore;
import dev.hayloft.store.StoreConfig;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/** Where the server's process begins. */
public final class Main {
    private Main() {}

    /** Runs {@code serve} until the process is asked to end, {@code restore} or {@code volume dump}. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        List<String> all = List.of(arguments);
        if (all.size() >= 2 && all.get(0).equals("volume") && all.get(1).equals("dump")) {
            new StandardErrorLogging("text", "warn").configure();
            PrintStream buffered = new PrintStream(
                    new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                    false,
                    StandardCharsets.UTF_8);
            System.exit(new VolumeDump(Clock.systemUTC(), buffered, err).run(all.subList(2, all.size())));
        }
        if (!all.isEmpty() && all.get(0).equals("restore")) {
            new StandardErrorLogging("text", "warn").configure();
            System.exit(new RestoreCommand(out, err).run(all.subList(1, all.size())));
        }
        if (all.isEmpty() || !all.get(0).equals("serve")) {
            err.println("hayloft: this class path runs serve, restore and volume dump");
            System.exit(Serve.EXIT_USAGE);
        }
        Serve serve = new Serve(System.getenv(), out, err, Main::open);
        Serve.Outcome outcome = serve.start(all.subList(1, all.size()));
        if (outcome.server().isEmpty()) {
            System.exit(outcome.exitCode());
        }
        HayloftServer server = outcome.server().get();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.close();
                            // A JVM that a signal ends would report the signal; a clean stop is a success.
                            Runtime.getRuntime().halt(Serve.EXIT_DONE);
                        },
                        "hayloft-stop"));
    }

    /** Opens the store of a server. */
    static OpenStore open(StoreConfig config) {
        HayloftStore store = HayloftStore.open(config, Clock.systemUTC());
        return new OpenStore(store, store.key().derive("identity"));
    }
}
