package dev.hayloft.it;

import com.microsoft.playwright.Page;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Tests that share one server and one browser, signed in to its console with the root key. */
abstract class ConsoleCase extends ServerCase {
    static ConsoleBrowser browser;
    static Page page;

    @BeforeAll
    static void openBrowser() {
        browser = ConsoleBrowser.open(server);
        page = browser.page();
        browser.signIn();
    }

    /** Whatever the tests did, the browser had nothing to complain of. */
    @AfterAll
    static void closeBrowser() {
        browser.isQuiet();
        browser.close();
    }

    @BeforeEach
    void closeDialogs() {
        page.evaluate("() => document.querySelectorAll('dialog[open]').forEach(each => each.close())");
    }
}
