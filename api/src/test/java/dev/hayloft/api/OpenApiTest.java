package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hayloft.api.Wire.Answer;
import dev.hayloft.api.http.Json;
import dev.hayloft.api.http.StatusMapper;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OpenAPI document against the server that answers it. */
class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "head", "put", "post", "patch", "delete");

    private static TestServer server;
    private static JsonNode document;

    @BeforeAll
    static void start() {
        server = new TestServer();
        server.bucket("photos");
        document = parse(server.call("GET", "/openapi.json"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode parse(Answer answer) {
        assertThat(answer.status()).isEqualTo(200);
        return Json.parse(ByteBuffer.wrap(answer.body().getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static List<String> paths() {
        List<String> paths = new ArrayList<>();
        document.path("paths").fieldNames().forEachRemaining(paths::add);
        return paths;
    }

    private static String filled(String path) {
        return path.replace("{bucket}", "photos").replaceAll("\\{[a-zA-Z]+}", "a");
    }

    private static Answer send(String path, String method) {
        boolean admin = "admin"
                .equals(document.path("paths").path(path).path("x-hayloft-port").asText());
        String target = filled(path) + "?no-such-parameter=1";
        return admin ? server.callAdmin(method, target, "", "") : server.call(method, target, "", "");
    }

    @Test
    void document_isOpenToAll_onBothPorts() {
        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        for (String url : new String[] {server.http(), server.admin()}) {
            try (Wire wire = new Wire(url)) {
                Answer answer = wire.send("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
                        .answer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("content-type")).isEqualTo("application/json");
                assertThat(parse(answer)).isEqualTo(document);
            }
        }
    }

    /** An unknown parameter stops every call right behind its route, so nothing is changed by asking. */
    @Test
    void pathsAndMethods_areThoseOfTheServer() {
        for (String path : paths()) {
            JsonNode operations = document.path("paths").path(path);
            for (String method : METHODS) {
                if (path.equals("/api/events") && Set.of("get", "head").contains(method)) {
                    continue; // A stream without an end, and without a HEAD.
                }
                Answer answer = send(path, method.toUpperCase(java.util.Locale.ROOT));
                String what = method + " " + path + ": " + answer.status();
                assertThat(answer.status()).as(what).isNotEqualTo(404);
                boolean documented = operations.has(method);
                if (documented) {
                    assertThat(answer.status()).as(what).isNotEqualTo(405);
                    JsonNode responses = operations
                            .path(operations.has(method) ? method : "get")
                            .path("responses");
                    assertThat(responses.has(Integer.toString(answer.status())))
                            .as(what)
                            .isTrue();
                } else if (!method.equals("head")) {
                    assertThat(answer.status()).as(what).isIn(400, 405);
                }
            }
        }
    }

    @Test
    void problems_areAllOfThem_withTheirStatuses() {
        Set<String> types = new HashSet<>();
        document.at("/components/schemas/Problem/properties/type/enum").forEach(type -> types.add(type.asText()));
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(types).contains("urn:hayloft:problem:" + code.wireName());
            JsonNode response =
                    document.path("components").path("responses").path("problem" + StatusMapper.statusOf(code));
            assertThat(response.path("description").asText()).contains(code.wireName());
        }
        assertThat(types).hasSize(ErrorCode.values().length);
    }

    @Test
    void references_allLeadSomewhere() {
        Matcher references = Pattern.compile("\"\\$ref\":\"#([^\"]+)\"").matcher(document.toString());
        int count = 0;
        while (references.find()) {
            assertThat(document.at(references.group(1)).isMissingNode())
                    .as(references.group(1))
                    .isFalse();
            count++;
        }
        assertThat(count).isGreaterThan(100);
    }

    /** What the sources name as a path or header of the contract stands in the document. */
    @Test
    void pathsAndHeadersOfTheSources_areDocumented() throws IOException {
        String text = document.toString();
        Path sources = Path.of(System.getProperty("hayloft.root", ".."), "api/src/main/java");
        Pattern literal = Pattern.compile("\"(/(?:v1|api)/[a-z/]*[a-z]|X-Hayloft-[A-Za-z0-9-]*[A-Za-z0-9])[/\"]");
        Set<String> found = new HashSet<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher names = literal.matcher(Files.readString(file));
                while (names.find()) {
                    found.add(names.group(1));
                }
            }
        }
        assertThat(found).hasSizeGreaterThan(10);
        for (String name : found) {
            assertThat(text).contains(name);
        }
    }
}
