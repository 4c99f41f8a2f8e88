package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A browser in front of a server's console. Whatever the page says on its console, and whatever it asks of anybody but
 * the server, is kept and is a failure at the end.
 *
 * <p><i>Threads:</i> one.
 */
final class ConsoleBrowser implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 30_000; // The machine is shared; nothing here is a measurement.
    private static final String SETTLED = "hay-console main";

    private final Playwright playwright;
    private final Browser browser;
    private final BrowserContext context;
    private final Page page;
    private final ServerProcess server;
    private final List<String> complaints = new ArrayList<>();
    private final String axe;

    private ConsoleBrowser(ServerProcess server) {
        this.server = server;
        this.playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium())
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        this.context = browser.newContext(new Browser.NewContextOptions()
                .setReducedMotion(ReducedMotion.REDUCE)
                .setLocale("en-GB")
                .setTimezoneId("UTC"));
        this.page = context.newPage();
        this.axe = axe();
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onConsoleMessage(message -> {
            // The browser itself notes every answer of 4xx; those the tests provoke are shown on the page.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onRequest(request -> {
            if (!request.url().startsWith(server.admin())) {
                complaints.add("asked " + request.url());
            }
        });
    }

    /** A browser that has not signed in. */
    static ConsoleBrowser open(ServerProcess server) {
        return new ConsoleBrowser(server);
    }

    private static Path chromium() {
        for (String folder : System.getenv("PATH").split(":")) {
            Path file = Path.of(folder, "chromium");
            if (Files.isExecutable(file)) {
                return file;
            }
        }
        throw new AssertionError("the tests of the console need chromium; bin/test installs it, or says how");
    }

    private static String axe() {
        try (InputStream stream = ConsoleBrowser.class.getResourceAsStream("/axe.min.js")) {
            assertThat(stream).as("axe.min.js on the class path").isNotNull();
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Page page() {
        return page;
    }

    /** Fills in the sign-in page with the root key. */
    void signIn() {
        page.navigate(server.admin() + "/console");
        page.getByLabel("Access key").fill(server.rootKey("access_key"));
        page.getByLabel("Secret key").fill(server.rootKey("secret_key"));
        button("Sign in").click();
        page.getByRole(AriaRole.NAVIGATION, new Page.GetByRoleOptions().setName("Screens"))
                .waitFor();
    }

    /** Goes to a screen, and waits for its heading. */
    void go(String address, String heading) {
        page.evaluate("to => { location.hash = to; }", "#/" + address);
        page.locator(SETTLED + " h1", new Page.LocatorOptions().setHasText(heading))
                .waitFor();
    }

    Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    /** The dialog that is open. */
    Locator dialog() {
        return page.locator("dialog[open]");
    }

    /** A button of the dialog that is open. */
    Locator inDialog(String name) {
        return dialog().getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    /** Waits for words on the page. */
    void says(String words) {
        page.getByText(words).first().waitFor();
    }

    /** The page as it is, at one width and in one theme, keeps to the rules that every screen has to keep. */
    void isSound(String name, int width, ColorScheme scheme) {
        page.setViewportSize(width, width < 600 ? 844 : 900);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        String at = name + " at " + width + " in " + scheme;
        assertThat(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                .as("%s: pixels beyond the side", at)
                .isEqualTo(0);
        page.evaluate(axe);
        @SuppressWarnings("unchecked") // What the script below answers.
        List<String> violations = (List<String>) page.evaluate("async () => (await axe.run(document, {"
                + "resultTypes: ['violations']})).violations.filter(v => ['serious', 'critical'].includes(v.impact))"
                + ".map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))");
        assertThat(violations).as("%s: what axe finds serious", at).isEmpty();
        picture(name, width, scheme);
    }

    private void picture(String name, int width, ColorScheme scheme) {
        String file = "console-" + name + (width < 600 ? "-phone" : "") + (scheme == ColorScheme.DARK ? "-dark" : "");
        boolean keep = Boolean.getBoolean("hayloft.screenshots");
        Path folder = SourceTree.root().resolve(keep ? "docs/images" : "it/target/screenshots");
        page.evaluate("() => window.scrollTo(0, 0)");
        showToasts("hidden"); // They tell of what was done before.
        page.screenshot(new Page.ScreenshotOptions().setPath(folder.resolve(file + ".png")));
        showToasts("");
    }

    private void showToasts(String visibility) {
        page.evaluate(
                "to => document.querySelectorAll('.toasts').forEach(each => { each.style.visibility = to; })",
                visibility);
    }

    /** Fails if the page has complained, or asked somebody else. */
    void isQuiet() {
        assertThat(complaints).as("what the page said or asked of others").isEmpty();
    }

    @Override
    public void close() {
        context.close();
        browser.close();
        playwright.close();
    }
}
