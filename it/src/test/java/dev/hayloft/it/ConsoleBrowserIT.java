package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The console in a real browser: signing in, overview, buckets, objects, volumes. */
final class ConsoleBrowserIT extends ConsoleCase {
    private static final String PIXEL =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private void put(String bucket, String key, String type, byte[] content) throws IOException {
        HttpResponse<byte[]> answer = calls.put(
                HttpCalls.object(bucket, key), content, "Content-Type", type, "X-Hayloft-Durability", "memory");
        assertThat(answer.statusCode()).as(HttpCalls.text(answer)).isIn(200, 201);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void signIn_withAWrongSecret_saysSoAndStays() {
        try (ConsoleBrowser stranger = ConsoleBrowser.open(server)) {
            stranger.page().navigate(server.admin() + "/console");
            stranger.page().getByLabel("Access key").fill("NOBODYNOBODYNOBODY00");
            stranger.page().getByLabel("Secret key").fill("wrong");
            stranger.button("Sign in").click();
            stranger.says("Not authenticated");
            stranger.isSound("sign-in", 1440, ColorScheme.LIGHT);
            stranger.isSound("sign-in", 390, ColorScheme.DARK);
            stranger.signIn();
            stranger.button("Sign out").click();
            stranger.button("Sign in").waitFor();
            stranger.page().reload();
            stranger.button("Sign in").waitFor();
            stranger.isQuiet();
        }
    }

    @Test
    void overview_underLoad_moves() throws IOException {
        calls.makeBucket("load");
        browser.go("overview", "Overview");
        browser.says("Everything is well");
        Locator puts = page.locator("[data-figure=puts] .value");
        Awaitility.await("puts a second on the page").until(() -> {
            for (int i = 0; i < 20; i++) {
                put("load", "k" + i, "text/plain", utf8("x"));
            }
            return !puts.textContent().strip().equals("0/s");
        });
        page.locator("[data-figure=puts] .note", new Page.LocatorOptions().setHasText("p99"))
                .waitFor();
        page.locator(".stacks a").first().waitFor();
        soundEverywhere("overview");
    }

    @Test
    void charts_ofAPageOpenedLate_showWhatWasBefore() {
        browser.go("overview", "Overview");
        Awaitility.await("seconds to remember").until(() -> {
            page.reload();
            // Figures come one a second, so a line of that many points at once is the server's memory.
            return (int) page.waitForFunction(
                                    "() => document.querySelector('hay-chart polyline')?.points.length || undefined")
                            .jsonValue()
                    > 4;
        });
        Locator chart = page.getByRole(AriaRole.IMG, new Page.GetByRoleOptions().setName("Operations over the last"));
        chart.focus();
        page.keyboard().press("ArrowLeft");
        page.locator("hay-chart figcaption")
                .getByText(Pattern.compile("\\d s ago"))
                .first()
                .waitFor();
        page.keyboard().press("Escape");
        page.locator("hay-chart figcaption").getByText("now").first().waitFor();
    }

    @Test
    void buckets_createChangeDelete_areDoneAndShown() throws IOException {
        browser.go("buckets", "Buckets");
        browser.button("New bucket").click();
        browser.dialog().locator("[name=name]").fill("fresh-hay");
        assertThat(browser.dialog().locator(".command code").textContent())
                .isEqualTo("bin/hayloft bucket create fresh-hay");
        browser.inDialog("Create").click();
        Locator row = page.locator("[data-bucket=fresh-hay]");
        row.waitFor();
        assertThat(calls.get("/v1/buckets/fresh-hay").statusCode()).isEqualTo(200);

        browser.button("Settings of fresh-hay").click();
        browser.dialog().getByLabel("Objects live for, in seconds").fill("86400");
        assertThat(browser.dialog().locator(".command code").textContent())
                .isEqualTo("bin/hayloft bucket set fresh-hay ttl=86400");
        browser.inDialog("Cancel").click();

        browser.button("Settings of fresh-hay").click();
        browser.dialog().getByLabel("Read only").check();
        browser.inDialog("Save").click();
        row.getByText("read only").waitFor();
        assertThat(HttpCalls.text(calls.get("/v1/buckets/fresh-hay"))).contains("\"readOnly\":true");

        soundEverywhere("buckets");
        browser.button("Delete fresh-hay").click();
        browser.inDialog("Delete").click();
        row.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        assertThat(calls.get("/v1/buckets/fresh-hay").statusCode()).isEqualTo(404);
    }

    @Test
    void buckets_refusedByTheServer_showWhy() throws IOException {
        calls.makeBucket("taken");
        calls.send("PATCH", "/v1/buckets/taken", utf8("{\"readOnly\":true}"), "Content-Type", "application/json");
        browser.go("buckets", "Buckets");
        browser.button("New bucket").click();
        browser.dialog().locator("[name=name]").fill("taken");
        browser.inDialog("Create").click();
        browser.dialog().locator(".problem").waitFor();
        page.keyboard().press("Escape");
        browser.dialog().waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.HIDDEN));
    }

    @Test
    void objects_uploadPreviewDownloadDelete_areDoneAndShown() throws IOException {
        calls.makeBucket("photos");
        browser.go("buckets/photos", "photos");
        browser.says("Nothing in here yet");
        page.locator("input[type=file]").setInputFiles(new FilePayload[] {
            new FilePayload("hay.txt", "text/plain", utf8("hay, dry and sweet\n")),
            new FilePayload("näme with + & ?.json", "application/json", utf8("{\"a\":[1,2]}")),
            new FilePayload("dot.png", "image/png", Base64.getDecoder().decode(PIXEL)),
        });
        page.locator("[data-key='dot.png']").waitFor();
        assertThat(HttpCalls.text(calls.get(HttpCalls.object("photos", "hay.txt"))))
                .isEqualTo("hay, dry and sweet\n");
        assertThat(calls.get(HttpCalls.object("photos", "näme with + & ?.json")).statusCode())
                .isEqualTo(200);

        page.locator("[data-key='näme with + & ?.json'] a").click();
        page.locator("pre.preview", new Page.LocatorOptions().setHasText("\"a\": ["))
                .waitFor();
        page.locator("[data-key='dot.png'] a").click();
        page.locator("img.preview").waitFor();
        assertThat(page.locator("img.preview")
                        .evaluate("async image => { await image.decode(); return image.naturalWidth; }"))
                .isEqualTo(1);

        page.locator("[data-key='hay.txt'] a").click();
        page.locator("pre.preview", new Page.LocatorOptions().setHasText("dry and sweet"))
                .waitFor();
        Download download =
                page.waitForDownload(() -> page.getByText("Download").first().click());
        assertThat(download.suggestedFilename()).isEqualTo("hay.txt");
        assertThat(Files.readString(download.path())).isEqualTo("hay, dry and sweet\n");
        soundEverywhere("objects");

        browser.button("Delete").click();
        assertThat(browser.dialog().locator(".command code").textContent()).isEqualTo("bin/hayloft rm photos/hay.txt");
        browser.inDialog("Delete").click();
        browser.says("Deleted hay.txt");
        assertThat(calls.get(HttpCalls.object("photos", "hay.txt")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void objects_deletedWhereVersionsAreKept_comeBack() throws IOException {
        calls.send("PUT", "/v1/buckets/kept", utf8("{\"versioning\":\"on\"}"), "Content-Type", "application/json");
        put("kept", "a.txt", "text/plain", utf8("one"));
        put("kept", "a.txt", "text/plain", utf8("two"));
        browser.go("buckets/kept", "kept");
        page.locator("[data-key='a.txt'] a").click();
        Awaitility.await("two versions")
                .until(() -> page.locator("[data-version]").count() == 2);
        browser.button("Delete").first().click();
        browser.inDialog("Delete").click();
        browser.says("Deleted a.txt");
        assertThat(calls.get(HttpCalls.object("kept", "a.txt")).statusCode()).isEqualTo(404);
        browser.button("Undo").click();
        browser.says("a.txt is back");
        assertThat(HttpCalls.text(calls.get(HttpCalls.object("kept", "a.txt")))).isEqualTo("two");
    }

    @Test
    void object_metadataRenameCopy_areDoneAndShown() throws IOException {
        calls.makeBucket("moving");
        put("moving", "a.txt", "text/plain", utf8("hay"));
        put("moving", "taken.txt", "text/plain", utf8("other"));
        browser.go("buckets/moving?key=a.txt", "moving");
        browser.button("Change metadata").click();
        assertThat(browser.dialog().locator("[name=contentType]").inputValue()).isEqualTo("text/plain");
        browser.dialog().locator("[name=metadata]").fill("author=Ann\nfield=north side");
        assertThat(said()).isEqualTo("bin/hayloft meta moving/a.txt author=Ann 'field=north side'");
        browser.inDialog("Save").click();
        page.locator("aside dd", new Page.LocatorOptions().setHasText("north side"))
                .waitFor();
        HttpResponse<byte[]> stored = calls.get(HttpCalls.object("moving", "a.txt"));
        assertThat(stored.headers().firstValue("X-Hayloft-Meta-author")).contains("Ann");
        assertThat(stored.headers().firstValue("Content-Type")).contains("text/plain");

        browser.button("Change metadata").click();
        browser.dialog().locator("[name=metadata]").fill("Not a name=x");
        browser.inDialog("Save").click();
        browser.dialog().locator(".problem").waitFor();
        browser.inDialog("Cancel").click();

        browser.button("Rename").click();
        browser.dialog().locator("[name=to]").fill("taken.txt");
        assertThat(said()).isEqualTo("bin/hayloft mv -n moving/a.txt moving/taken.txt");
        browser.inDialog("Rename").click();
        browser.dialog().locator(".problem").waitFor();
        browser.dialog().locator("[name=to]").fill("b.txt");
        browser.inDialog("Rename").click();
        page.locator("aside h2", new Page.LocatorOptions().setHasText("b.txt")).waitFor();
        assertThat(calls.get(HttpCalls.object("moving", "a.txt")).statusCode()).isEqualTo(404);

        browser.button("Copy").click();
        browser.dialog().locator("[name=to]").fill("moving/deep/c.txt");
        browser.inDialog("Copy").click();
        page.locator("[data-prefix='deep/']").waitFor();
        assertThat(HttpCalls.text(calls.get(HttpCalls.object("moving", "deep/c.txt"))))
                .isEqualTo("hay");
        assertThat(calls.get(HttpCalls.object("moving", "b.txt")).headers().firstValue("X-Hayloft-Meta-field"))
                .contains("north side");
    }

    /** The command that the open dialog shows. */
    private static String said() {
        return browser.dialog().locator(".command code").textContent();
    }

    @Test
    void bucket_settingsAndRulesOfOtherOrigins_areKept() throws IOException {
        String rules = "[{\"origins\":[\"https://app.example\"],\"methods\":[\"GET\"]}]";
        browser.go("buckets", "Buckets");
        browser.button("New bucket").click();
        browser.dialog().locator("[name=name]").fill("shared-hay");
        browser.dialog().locator("summary").click();
        browser.dialog().locator("[name=deduplicate]").check();
        browser.dialog().locator("[name=cors]").fill(rules);
        assertThat(said()).isEqualTo("bin/hayloft bucket create shared-hay deduplicate=true cors='" + rules + "'");
        browser.inDialog("Create").click();
        page.locator("[data-bucket=shared-hay]").getByText("deduplicated").waitFor();

        browser.button("Settings of shared-hay").click();
        assertThat(browser.dialog().locator("[name=cors]").inputValue()).contains("https://app.example");
        browser.dialog().locator("[name=readOnly]").check();
        assertThat(said()).isEqualTo("bin/hayloft bucket set shared-hay readOnly=true");
        browser.inDialog("Save").click();
        page.locator("[data-bucket=shared-hay]").getByText("read only").waitFor();
        assertThat(HttpCalls.text(calls.get("/v1/buckets/shared-hay")))
                .contains("https://app.example")
                .contains("\"deduplicate\":true")
                .contains("\"readOnly\":true");

        browser.button("Settings of shared-hay").click();
        browser.dialog().locator("[name=cors]").fill("[{");
        browser.inDialog("Save").click();
        browser.dialog().locator(".problem").waitFor();
        browser.inDialog("Cancel").click();
        assertThat(HttpCalls.text(calls.get("/v1/buckets/shared-hay"))).contains("https://app.example");
    }

    @Test
    void objects_inLevels_areWalkedAndFound() throws IOException {
        calls.makeBucket("levels");
        for (int i = 0; i < 230; i++) {
            put("levels", "many/%03d".formatted(i), "text/plain", utf8("x"));
        }
        put("levels", "2026/nov/a.txt", "text/plain", utf8("a"));
        browser.go("buckets/levels", "levels");
        page.locator("[data-prefix='2026/'] a").click();
        page.locator("[data-prefix='2026/nov/'] a").click();
        page.locator("[data-key='2026/nov/a.txt']").waitFor();
        page.getByLabel("Keys that begin with").fill("many/");
        page.keyboard().press("Enter");
        page.locator("[data-key='many/199']").waitFor();
        assertThat(page.locator("[data-key]").count()).isEqualTo(200);
        browser.button("Show more").click();
        page.locator("[data-key='many/229']").waitFor();
        page.getByLabel("Keys that begin with").fill("many/22");
        page.keyboard().press("Enter");
        page.locator("[data-key='many/000']")
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
        Awaitility.await("keys that begin so")
                .until(() -> page.locator("[data-key]").count() == 10);
        page.getByLabel("Keys that begin with").fill("none");
        page.keyboard().press("Enter");
        browser.says("Nothing begins so");
    }

    @Test
    void objects_droppedOnThePage_areStored() throws IOException {
        calls.makeBucket("dropped");
        browser.go("buckets/dropped?prefix=in%2F", "dropped");
        page.locator(".drop").waitFor();
        page.evaluate("() => { const data = new DataTransfer();"
                + " data.items.add(new File(['dropped hay'], 'drop.txt', {type: 'text/plain'}));"
                + " document.querySelector('.drop').dispatchEvent("
                + "new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }");
        page.locator("[data-key='in/drop.txt']").waitFor();
        assertThat(HttpCalls.text(calls.get(HttpCalls.object("dropped", "in/drop.txt"))))
                .isEqualTo("dropped hay");
    }

    @Test
    void content_openedByItself_runsNoScript() throws IOException {
        calls.makeBucket("page");
        put("page", "x.html", "text/html", utf8("<h1>hay</h1><script>document.title = 'ran'</script>"));
        try (ConsoleBrowser reader = ConsoleBrowser.open(server)) {
            reader.signIn();
            reader.page().navigate(server.admin() + HttpCalls.object("page", "x.html"));
            reader.page().locator("h1").waitFor();
            assertThat(reader.page().title()).isNotEqualTo("ran");
        }
    }

    @Test
    void volumes_sealed_areShownAsSealed() throws IOException {
        calls.makeBucket("sealing");
        put("sealing", "a", "text/plain", utf8("a"));
        browser.go("volumes", "Volumes");
        browser.button("Seal open volumes").click();
        assertThat(browser.dialog().locator(".command code").textContent()).startsWith("bin/hayloft seal");
        browser.inDialog("Start").click();
        page.locator("tr[data-volume] .pill.sealed").first().waitFor();
        page.locator("tr[data-volume]").getByText("Verify").first().click();
        assertThat(said()).startsWith("bin/hayloft volume verify ");
        browser.inDialog("Cancel").click();
        soundEverywhere("volumes");
    }

    @Test
    void keyboard_alone_isEnough() {
        browser.go("overview", "Overview");
        page.locator("main").focus();
        page.keyboard().press("g");
        page.keyboard().press("b");
        page.locator("main h1", new Page.LocatorOptions().setHasText("Buckets")).waitFor();
        browser.button("New bucket").focus();
        page.keyboard().press("Enter");
        browser.dialog().waitFor();
        page.keyboard().type("by-keyboard");
        page.keyboard().press("Enter");
        page.locator("[data-bucket=by-keyboard]").waitFor();
        page.locator("main").focus();
        page.keyboard().press("?");
        browser.dialog().getByText("This list").waitFor();
        page.keyboard().press("Escape");
    }

    private static void soundEverywhere(String name) {
        browser.isSound(name, 390, ColorScheme.LIGHT);
        browser.isSound(name, 1440, ColorScheme.DARK);
        browser.isSound(name, 1440, ColorScheme.LIGHT);
    }
}
