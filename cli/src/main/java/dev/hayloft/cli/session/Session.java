package dev.hayloft.cli.session;

import dev.hayloft.client.HayloftClient;
import dev.hayloft.client.json.JsonValue;
import java.io.Closeable;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;

/** One run of one verb. <i>Threads:</i> the main thread; the client itself may be shared. */
public final class Session implements Closeable {
    private final Environment environment;
    private final GlobalOptions options;
    private Optional<HayloftClient> client = Optional.empty();

    public Session(Environment environment, GlobalOptions options) {
        this.environment = environment;
        this.options = options;
    }

    public Environment environment() {
        return environment;
    }

    /** The client, made at the first call. */
    public HayloftClient client() {
        HayloftClient open = client.orElseGet(() -> HayloftClient.open(Endpoint.find(options, environment)));
        client = Optional.of(open);
        return open;
    }

    /** The server's process, if it runs on the data folder of this machine. */
    public Optional<ProcessHandle> serverProcess() {
        return Endpoint.findProcess(options, environment);
    }

    public boolean json() {
        return options.json();
    }

    public PrintWriter out() {
        return environment.out();
    }

    public PrintWriter err() {
        return environment.err();
    }

    /** A line for people, left out where JSON was asked for. */
    public void say(String line) {
        if (!json()) {
            out().print(line + "\n");
        }
    }

    /** One JSON document on one line. */
    public void print(JsonValue document) {
        out().print(document + "\n");
    }

    /** A path given by the user. */
    public Path path(String text) {
        return environment.folder().resolve(text);
    }

    @Override
    public void close() {
        client.ifPresent(HayloftClient::close);
        out().flush();
        err().flush();
    }
}
