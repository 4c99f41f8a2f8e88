package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * In a container a restarted server has the process id of the one that was killed, so a lock that names its owner by
 * process id seems to be its own. Needs the right to make a namespace of process ids.
 */
final class ContainerIT {
    private static final String[] NAMESPACE = {"unshare", "--pid", "--fork", "--mount-proc", "--kill-child"};

    @TempDir
    Path folder;

    @BeforeEach
    void needsNamespaces() throws IOException, InterruptedException {
        Process trial = new ProcessBuilder("unshare", "--pid", "--fork", "--mount-proc", "true")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(trial.waitFor(10, TimeUnit.SECONDS) && trial.exitValue() == 0, "no right to make namespaces");
    }

    @Test
    void restart_withTheProcessIdOfTheKilledOne_servesAndWrites() throws IOException {
        Options options = Options.on(folder.resolve("data")).under(NAMESPACE);
        for (int round = 0; round < 4; round++) {
            try (ServerProcess server = ServerProcess.start(options)) {
                HttpCalls calls = server.calls();
                calls.makeBucket("container");
                for (int before = 0; before < round; before++) {
                    assertThat(calls.get(path(before)).body()).isEqualTo(value(before));
                }
                assertThat(calls.put(path(round), value(round)).statusCode()).isEqualTo(201);
                server.kill();
            }
        }
    }

    private static String path(int round) {
        return HttpCalls.object("container", "key-" + round);
    }

    private static byte[] value(int round) {
        return ("value of round " + round).getBytes(StandardCharsets.UTF_8);
    }
}
