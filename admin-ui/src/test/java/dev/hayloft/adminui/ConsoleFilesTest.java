package dev.hayloft.adminui;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConsoleFilesTest {
    private final ConsoleFiles files = ConsoleFiles.open();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "index.html",
                "console.css",
                "icon.svg",
                "app/main.js",
                "app/screens/overview.js",
                "lib/lit/index.js",
                "lib/lit-html/lit-html.js",
                "lib/lit-html/is-server.js",
                "lib/lit-element/lit-element.js",
                "lib/reactive-element/reactive-element.js"
            })
    void find_whatThePageNeeds_isThere(String path) {
        assertThat(files.find(path)).hasValueSatisfying(file -> {
            assertThat(file.content().remaining()).isPositive();
            assertThat(file.etag()).matches("\"[0-9a-f]{32}\"");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "none.js",
                "app",
                "../package-info.class",
                "app/../index.html",
                "/index.html",
                "app//main.js",
                "lib/lit/../../../index.html",
                "lib/none/index.js",
                "lib/lit",
                "lib/lit/package.json.",
                "ConsoleFiles.class"
            })
    void find_whatIsNotOurs_isNothing(String path) {
        assertThat(files.find(path)).isEmpty();
    }

    @Test
    void policy_allowsTheMapOfModulesAndNoOtherText() {
        String policy = files.contentSecurityPolicy();
        assertThat(policy)
                .contains("default-src 'none'")
                .containsPattern("script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='");
        assertThat(policy).doesNotContain("unsafe").doesNotContain("http:").doesNotContain("*");
    }

    @Test
    void page_namesNothingElsewhere() {
        String page = StandardCharsets.UTF_8
                .decode(files.find("index.html").orElseThrow().content().duplicate())
                .toString();
        assertThat(page)
                .contains("type=\"importmap\"")
                .doesNotContain("http://")
                .doesNotContain("https://");
        assertThat(page.split("<script", -1)).hasSize(3);
    }
}
