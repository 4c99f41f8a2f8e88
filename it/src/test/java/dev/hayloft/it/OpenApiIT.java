package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A public tool makes requests from the OpenAPI document: no defect, and no answer that the document does not know. */
final class OpenApiIT {
    /** Streams without an end, and calls that write outside the data folder or weigh heavily. */
    private static final String LEFT_OUT = "/changes|/api/(events|jobs|recordings|diagnostics|threads|session)";

    @TempDir
    Path folder;

    @Test
    @Tag("soak")
    void requestsMadeFromTheDocument_findNoDefectAndNoUndocumentedStatus() throws IOException {
        PythonTools python = PythonTools.with("schemathesis==4.32.5");
        Path hooks = SourceTree.root().resolve("it/src/test/resources/openapi");
        try (ServerProcess server = ServerProcess.start(Options.on(folder.resolve("data")))) {
            server.calls().makeBucket("photos");
            List<String> command = List.of(
                    "env",
                    "PYTHONPATH=" + hooks,
                    "SCHEMATHESIS_HOOKS=hooks",
                    python.program("st"),
                    "run",
                    server.admin() + "/openapi.json",
                    "--auth",
                    server.rootPair(),
                    "--exclude-path-regex",
                    LEFT_OUT,
                    "--checks",
                    "no_defect,status_code_conformance",
                    "--max-examples",
                    "40",
                    "--continue-on-failure",
                    "--no-color");
            PythonTools.Output output = PythonTools.run(folder, command, 20);
            assertThat(output.code()).as(output.text()).isZero();
            server.stopCleanly();
        }
    }
}
