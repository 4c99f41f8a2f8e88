package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server says of itself, against what the pages of docs/operations say of it. */
final class ObservabilityIT {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) ");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z_]+)` \\|");
    private static final Pattern NAME = Pattern.compile("\\b(?:hayloft|jvm)_[a-z_]+[a-z]\\b");

    @TempDir
    static Path folder;

    private static ServerProcess server;

    @BeforeAll
    static void start() {
        server = ServerProcess.start(
                Options.on(folder.resolve("data")).set("log.access=true").set("log.slow=1ms"));
    }

    @AfterAll
    static void stop() {
        server.stopCleanly();
    }

    private static String page(String name) {
        return SourceTree.read(SourceTree.root().resolve("docs/operations").resolve(name));
    }

    private static Set<String> all(Pattern pattern, String text, int group) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(group));
        }
        return found;
    }

    private static Set<String> metrics() throws IOException {
        HttpCalls calls = server.calls();
        calls.makeBucket("seen");
        calls.put(HttpCalls.object("seen", "a"), "hay".getBytes(StandardCharsets.UTF_8));
        return all(TYPE, HttpCalls.text(server.adminCalls().get("/metrics")), 1);
    }

    @Test
    void metrics_eachOfThem_isDocumented() throws IOException {
        Set<String> metrics = metrics();
        assertThat(metrics).hasSizeGreaterThan(30);
        assertThat(all(ROW, page("metrics.md"), 1)).containsAll(metrics);
    }

    @Test
    void dashboardAndAlerts_useMetricsThatThereAre() throws IOException {
        Set<String> metrics = metrics();
        for (String file : new String[] {"grafana-dashboard.json", "alerts.yml"}) {
            Set<String> used = new TreeSet<>();
            all(NAME, page(file), 0).forEach(name -> used.add(name.replaceFirst("_bucket$", "")));
            assertThat(used).as(file).isNotEmpty().allMatch(metrics::contains);
        }
    }

    @Test
    void logs_ofARequest_nameItByItsId() throws IOException {
        HttpCalls calls = server.calls();
        calls.makeBucket("logged");
        String id = calls.put(HttpCalls.object("logged", "slow"), new byte[64 << 10])
                .headers()
                .firstValue("X-Request-Id")
                .orElseThrow();
        org.awaitility.Awaitility.await("the access log")
                .until(() -> server.said().contains(id));
        assertThat(server.said().lines().filter(line -> line.contains(id)).findFirst())
                .hasValueSatisfying(
                        line -> assertThat(line).contains("PUT").contains("/v1/buckets/logged/objects/slow"));
    }
}
