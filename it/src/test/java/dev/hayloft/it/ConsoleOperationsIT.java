package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The operator's half of the console in a real browser: volumes from within, jobs, users, streams, the process. */
final class ConsoleOperationsIT extends ConsoleCase {
    private void put(String bucket, String key) throws IOException {
        byte[] hay = "hay".getBytes(StandardCharsets.UTF_8);
        assertThat(calls.put(HttpCalls.object(bucket, key), hay, "X-Hayloft-Durability", "memory")
                        .statusCode())
                .isEqualTo(201);
    }

    private static void soundEverywhere(String name) {
        browser.isSound(name, 390, ColorScheme.LIGHT);
        browser.isSound(name, 1440, ColorScheme.DARK);
        browser.isSound(name, 1440, ColorScheme.LIGHT);
    }

    @Test
    void volume_page_showsItsNeedles() throws IOException {
        calls.makeBucket("inside");
        for (int i = 0; i < 130; i++) {
            put("inside", "needle-" + i);
        }
        // One of the open volumes has them; others may have been sealed by now.
        Matcher open = Pattern.compile("\"id\":\"([^\"]+)\",\"partition\":[0-9]+,\"state\":\"open\"")
                .matcher(HttpCalls.text(server.adminCalls().get("/api/volumes")));
        boolean found = false;
        while (!found && open.find()) {
            String id = open.group(1);
            String needles = HttpCalls.text(server.adminCalls().get("/api/volumes/" + id + "/needles?limit=1000"));
            found = needles.contains("\"needle-0\"");
            if (found) {
                browser.go("volumes/" + id, "Volume " + id);
            }
        }
        assertThat(found).as("an open volume with the needles").isTrue();
        page.locator("td", new Page.LocatorOptions().setHasText("volume-start")).waitFor();
        browser.button("Show more").click();
        page.getByText("needle-129").waitFor();
        soundEverywhere("volume");
    }

    @Test
    void jobs_begunHere_comeToAnEndOnThePage() {
        browser.go("jobs", "Jobs");
        browser.button("Rebuild index").click();
        assertThat(browser.dialog().locator(".command code").textContent()).isEqualTo("bin/hayloft index rebuild");
        browser.inDialog("Start").click();
        page.locator("tr[data-job] .pill.done").first().waitFor();
        assertThat(jobs()).contains("\"kind\":\"rebuild-index\"");
        soundEverywhere("jobs");
    }

    @Test
    void backup_fromTheConsole_isWritten_andARefusalShown() {
        browser.go("jobs", "Jobs");
        Path target = folder.resolve("backup of hay");
        browser.button("Backup").click();
        browser.dialog().locator("[name=directory]").fill(target.toString());
        assertThat(said()).isEqualTo("bin/hayloft backup '" + target + "'");
        browser.inDialog("Start").click();
        page.locator("tr[data-job]", new Page.LocatorOptions().setHasText("backup"))
                .locator(".pill.done")
                .waitFor();
        assertThat(target).isNotEmptyDirectory();

        browser.button("Backup").click();
        browser.dialog().locator("[name=directory]").fill(server.data().toString());
        browser.inDialog("Start").click();
        Locator refused = browser.dialog()
                .locator(".problem")
                .or(page.locator("tr[data-job] .pill.failed"))
                .first();
        refused.waitFor();
        page.keyboard().press("Escape");
    }

    @Test
    void scrub_fromTheConsole_saysWhatItHasChecked() {
        browser.go("erasure", "Erasure coding");
        browser.says("Degraded reads");
        browser.button("Scrub").click();
        assertThat(said()).isEqualTo("bin/hayloft scrub");
        browser.inDialog("Start").click();
        browser.says("were checked, and all of it was right");
        page.getByLabel("Upkeep").getByText("Bytes checked").waitFor();
        assertThat(jobs()).contains("\"kind\":\"scrub\"").contains("\"damaged\":[]");
    }

    @Test
    void volume_verifiedOnItsPage_showsTheJob() throws IOException {
        String volume = HttpCalls.text(server.adminCalls().get("/api/status"))
                .replaceAll("(?s).*\"id\":0,\"state\":\"ok\",\"openVolume\":\"([^\"]+)\".*", "$1");
        browser.go("volumes/" + volume, "Volume " + volume);
        browser.button("Verify").click();
        assertThat(said()).isEqualTo("bin/hayloft volume verify " + volume);
        browser.inDialog("Start").click();
        page.getByLabel("Jobs begun here").locator(".pill.done").waitFor();
        browser.go("volumes/9-999", "Volume 9-999");
        browser.says("No such volume");
    }

    /** The command that the open dialog shows. */
    private static String said() {
        return browser.dialog().locator(".command code").textContent();
    }

    private static String jobs() {
        try {
            return HttpCalls.text(server.adminCalls().get("/api/jobs"));
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void compaction_dryRun_isAsked() throws IOException {
        calls.makeBucket("dead");
        put("dead", "a");
        calls.delete(HttpCalls.object("dead", "a"));
        browser.go("compaction", "Compaction");
        page.getByLabel("Estimate").waitFor();
        browser.button("Compact …").click();
        browser.dialog().getByText("Only tell what it would do").click();
        assertThat(browser.dialog().locator(".command code").textContent()).isEqualTo("bin/hayloft compact --dry-run");
        browser.inDialog("Cancel").click();
        soundEverywhere("compaction");
    }

    @Test
    void erasure_screen_saysWhatCanBeLost() {
        browser.go("erasure", "Erasure coding");
        browser.says("Not encoded: one copy");
        browser.says("What can be lost");
    }

    @Test
    void users_createGrantRotateDelete_areDoneAndShown() throws IOException {
        browser.go("users", "Users and keys");
        browser.button("New user").click();
        browser.dialog().locator("[name=name]").fill("ann");
        browser.dialog().locator("[name=grants]").fill("photos*: read write");
        assertThat(browser.dialog().locator(".command code").textContent())
                .isEqualTo("bin/hayloft user create ann --grant 'photos*:read,write'");
        browser.inDialog("Create").click();
        browser.dialog().locator("code.break").waitFor();
        String secret = browser.dialog().locator("code.break").textContent().strip();
        String access =
                browser.dialog().locator("dd code").first().textContent().strip();
        HttpCalls hers = new HttpCalls(server.api(), access, secret);
        assertThat(hers.get("/v1/buckets").statusCode()).isEqualTo(200);
        browser.inDialog("Done").click();
        Locator row = page.locator("[data-user=ann]");
        row.getByText("photos*").waitFor();
        soundEverywhere("users");

        browser.button("New key for ann").click();
        browser.inDialog("Make a key").click();
        browser.dialog().locator("code.break").waitFor();
        browser.inDialog("Done").click();
        browser.button("Remove key " + access).click();
        browser.inDialog("Remove").click();
        row.getByText(access).waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        assertThat(hers.get("/v1/buckets").statusCode()).isEqualTo(401);

        browser.button("Delete ann").click();
        browser.inDialog("Delete").click();
        row.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        assertThat(server.adminCalls().get("/api/users/ann").statusCode()).isEqualTo(404);
    }

    @Test
    void streams_followed_showChangesAsTheyHappen() throws IOException {
        calls.makeBucket("stream");
        browser.go("streams", "Streams");
        browser.says("On the way to the disk");
        page.locator("select").selectOption("stream");
        browser.button("Follow").click();
        browser.says("Waiting for the next change");
        int[] written = {0};
        Awaitility.await("a change on the page").until(() -> {
            put("stream", "change-" + written[0]++);
            return page.getByText("change-").count() > 0;
        });
        page.locator("[data-reader=stream]").waitFor();
        assertThat(HttpCalls.text(server.adminCalls().get("/api/streams")))
                .contains("\"bucket\":\"stream\",\"accessKey\":\"" + server.rootKey("access_key") + "\"");
        assertThat(page.getByLabel("Send records").locator("code").first().textContent())
                .isEqualTo("bin/hayloft ingest stream records.ndjson");
        soundEverywhere("streams");
        browser.button("Stop").click();
    }

    @Test
    void erasure_encodedFromTheConsole_isShownWithItsShards() throws IOException {
        calls.makeBucket("coded");
        put("coded", "a");
        server.adminCalls().post("/api/jobs", "{\"kind\":\"seal\",\"all\":true}");
        Awaitility.await("a sealed volume")
                .until(() ->
                        HttpCalls.text(server.adminCalls().get("/api/volumes")).contains("\"state\":\"sealed\""));
        browser.go("erasure", "Erasure coding");
        browser.button("Encode").click();
        assertThat(browser.dialog().locator(".command code").textContent()).isEqualTo("bin/hayloft encode --all");
        browser.inDialog("Start").click();
        page.locator(".shards .shard.parity").first().waitFor();
        assertThat(HttpCalls.text(server.adminCalls().get("/api/volumes"))).contains("\"kind\":\"parity\"");
        soundEverywhere("erasure");
    }

    @Test
    void system_levelsThreadsBundle_areThere() throws IOException {
        browser.go("system", "System");
        page.locator("[data-setting='storage.volumeSize'] b", new Page.LocatorOptions().setHasText("4MiB"))
                .waitFor();
        browser.says("partitions");
        browser.button("Set a level …").click();
        browser.dialog().locator("[name=logger]").fill("dev.hayloft.index");
        browser.dialog().locator("[name=level]").selectOption("warn");
        assertThat(browser.dialog().locator(".command code").textContent())
                .isEqualTo("bin/hayloft log-level dev.hayloft.index warn");
        browser.inDialog("Set").click();
        page.locator("[data-logger='dev.hayloft.index']").waitFor();
        assertThat(HttpCalls.text(server.adminCalls().get("/api/log-levels")))
                .contains("{\"logger\":\"dev.hayloft.index\",\"level\":\"warn\"}");

        browser.button("Show what every thread does").click();
        page.locator("pre.preview", new Page.LocatorOptions().setHasText("hayloft-"))
                .waitFor();

        browser.button("Record …").click();
        browser.dialog().locator("[name=seconds]").selectOption("10");
        browser.inDialog("Record").click();
        browser.says("Recording 1");
        soundEverywhere("system");

        Download download =
                page.waitForDownload(() -> page.getByText("Diagnostics bundle").click());
        Set<String> names = new TreeSet<>();
        try (ZipFile zip = new ZipFile(download.path().toFile())) {
            zip.stream().forEach(entry -> names.add(entry.getName()));
            String config =
                    new String(zip.getInputStream(zip.getEntry("config.json")).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(config).contains("storage.volumeSize").doesNotContain(server.rootKey("secret_key"));
        }
        assertThat(names).contains("status.json", "threads.txt", "log.txt", "metrics.txt", "jvm.txt");
        Awaitility.await("a recording that can be read")
                .until(() -> server.adminCalls().get("/api/recordings/1").statusCode() == 200);
    }

    @Test
    void screen_thatIsNone_saysSo() {
        browser.go("nowhere", "No such screen");
    }
}
