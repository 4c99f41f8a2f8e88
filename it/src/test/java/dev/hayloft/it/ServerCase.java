package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one packaged server, started for the class with settings that nobody changed. */
abstract class ServerCase {
    @TempDir
    static Path folder;

    static ServerProcess server;

    /** Of the test alone: a client's threads end when nobody holds it. */
    HttpCalls calls;

    @BeforeAll
    static void startServer() {
        server = ServerProcess.start(Options.on(folder.resolve("data")));
    }

    @AfterAll
    static void stopServer() {
        server.stopCleanly();
        assertThat(folder.resolve("data/server.json")).doesNotExist();
    }

    @BeforeEach
    void begin() {
        calls = server.calls();
    }
}
