package dev.hayloft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Durability;
import dev.hayloft.testing.FakeServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HayloftClientTest {
    private final FakeServer server = FakeServer.start();
    private final HayloftClient client = open(Credentials.key(FakeServer.ACCESS_KEY, FakeServer.SECRET_KEY));

    private HayloftClient open(Credentials credentials) {
        return HayloftClient.open(
                ClientConfig.of(server.url()).withAdmin(server.url()).withCredentials(credentials));
    }

    @BeforeEach
    void makeBucket() {
        server.createBucket("photos");
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    @Test
    void buckets_theirWholeLife() {
        assertThat(client.createBucket("docs", JsonObject.EMPTY).name()).isEqualTo("docs");
        assertThat(client.buckets()).extracting(Bucket::name).containsExactly("docs", "photos");
        assertThat(client.patchBucket("docs", JsonObject.of("ttl", JsonValue.of(60)))
                        .objects())
                .isZero();
        client.deleteBucket("docs", false);
        assertThatThrownBy(() -> client.bucket("docs")).isInstanceOfSatisfying(HayloftClientException.class, e -> {
            assertThat(e.code()).isEqualTo("no-such-bucket");
            assertThat(e.status()).isEqualTo(404);
            assertThat(e.detail()).contains("\"docs\"");
            assertThat(e.requestId()).startsWith("request-");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 5_000_000})
    void put_ofFileStreamAndBytes_comesBackTheSame(int size, @TempDir Path folder) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Path file = Files.write(folder.resolve("file"), bytes);
        List<Content> contents = List.of(
                Content.of(bytes),
                Content.of(file),
                Content.of(new ByteArrayInputStream(bytes), size),
                Content.of(new ByteArrayInputStream(bytes)));
        for (Content content : contents) {
            AtomicLong sent = new AtomicLong();
            PutResult result =
                    client.put("photos", "a/b", content, PutOptions.none().withProgress(sent::addAndGet));
            assertThat(result.sizeBytes()).isEqualTo(size);
            assertThat(sent).hasValue(size);
            try (ObjectContent object = client.get("photos", "a/b", GetOptions.whole())) {
                assertThat(object.info().sha256()).contains(result.sha256());
                assertThat(object.readAllBytes()).isEqualTo(bytes);
            }
        }
    }

    @Test
    void put_ofAttributes_isToldByHead() {
        PutOptions options = PutOptions.none()
                .withContentType("text/plain")
                .withMetadata("author", "Zoë")
                .withDurability(Durability.MEMORY);
        PutResult first = client.put("photos", "é/ü", Content.of(new byte[] {1}), options);
        assertThat(first.created()).isTrue();
        ObjectInfo info = client.head("photos", "é/ü");
        assertThat(info.contentType()).isEqualTo("text/plain");
        assertThat(info.metadata()).isEqualTo(Map.of("author", "Zoë"));
        assertThat(info.version()).isEqualTo(first.version());
        assertThat(info.contentSizeBytes()).isEqualTo(1);
        assertThat(client.put("photos", "é/ü", Content.of(new byte[0]), options).created())
                .isFalse();
    }

    @Test
    void put_whereTheKeyIsThere_failsItsCondition() {
        server.store("photos", "k", "old");
        assertThatThrownBy(() -> client.put(
                        "photos",
                        "k",
                        Content.of(new byte[3]),
                        PutOptions.none().ifAbsent()))
                .isInstanceOfSatisfying(HayloftClientException.class, e -> {
                    assertThat(e.code()).isEqualTo("precondition-failed");
                    assertThat(e.status()).isEqualTo(412);
                });
        assertThat(server.content("photos", "k")).isEqualTo("old");
    }

    @Test
    void put_ofControlCharactersInHeader_isRefusedBeforeItGoesOut() {
        PutOptions evil = PutOptions.none().withMetadata("a", "b\r\nX-Injected: yes");
        assertThatThrownBy(() -> client.put("photos", "k", Content.of(new byte[0]), evil))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(server.seen()).isEmpty();
    }

    @Test
    void put_ofSourceThatEndsEarly_isNeverComplete() {
        ByteArrayInputStream shorter = new ByteArrayInputStream(new byte[100]);
        assertThatThrownBy(() -> client.put("photos", "k", Content.of(shorter, 200), PutOptions.none()))
                .isInstanceOfSatisfying(HayloftClientException.class, e -> assertThat(e.code())
                        .isEqualTo(HayloftClientException.BAD_SOURCE));
        assertThat(server.keys("photos")).isEmpty();
    }

    @Test
    void get_ofRange_givesThoseBytes() throws IOException {
        server.store("photos", "k", "0123456789");
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        GetOptions middle = GetOptions.range(new ByteRange(2, OptionalLong.of(4)));
        try (ObjectContent content = client.get("photos", "k", middle)) {
            content.writeTo(target);
        }
        assertThat(target.toString(StandardCharsets.UTF_8)).isEqualTo("234");
        try (ObjectContent content = client.get("photos", "k", GetOptions.range(ByteRange.from(7)))) {
            assertThat(content.readAllBytes()).isEqualTo("789".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void delete_ofKey_isRepeatable() {
        server.store("photos", "k", "x");
        client.delete("photos", "k");
        client.delete("photos", "k");
        assertThatThrownBy(() -> client.head("photos", "k")).hasMessageContaining("no-such-key");
    }

    @Test
    void list_overManyPages_givesEachEntryOnce() {
        List<String> expected = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            server.store("photos", "a/" + i, "x");
            server.store("photos", "b" + i + "/x", "x");
            server.store("photos", "b" + i + "/y", "y");
            expected.add("b" + i + "/");
        }
        List<String> found = new ArrayList<>();
        client.list("photos", ListOptions.prefix("b").withDelimiter("/").withLimit(7))
                .forEach(e -> found.add(e.name()));
        assertThat(found).isEqualTo(expected);
        List<String> streamed = new ArrayList<>();
        try (ListStream stream = client.listStream("photos", ListOptions.prefix("a/"))) {
            for (Optional<ListEntry> entry = stream.next(); entry.isPresent(); entry = stream.next()) {
                streamed.add(entry.get().name());
            }
        }
        assertThat(streamed).hasSize(100).isSorted().allMatch(key -> key.startsWith("a/"));
        assertThat(client.list("photos", ListOptions.prefix("none"))).isEmpty();
    }

    @Test
    void operations_allOfThem_giveTheirShapes() {
        Operations operations = client.operations();
        assertThat(operations.status().text("version")).isEqualTo("0.1.0");
        assertThat(operations.volumes()).hasSize(1);
        assertThat(operations.volume("0-17").text("state")).isEqualTo("open");
        Job job = operations.createJob(JsonObject.of("kind", JsonValue.of("rebuild-index")));
        assertThat(job.isFinished()).isFalse();
        assertThat(operations.job(job.id()).progress()).isEqualTo(0.5);
        assertThat(operations.jobs()).extracting(Job::state).containsExactly("done");
        assertThatThrownBy(() -> operations.volume("9-9")).hasMessageContaining("no-such-volume");
    }

    @Test
    void calls_withoutTheKey_areUnauthenticated() {
        try (HayloftClient stranger = open(Credentials.key("WRONG", "wrong"))) {
            assertThatThrownBy(() -> stranger.bucket("photos"))
                    .isInstanceOfSatisfying(HayloftClientException.class, e -> assertThat(e.code())
                            .isEqualTo("unauthenticated"));
        }
        assertThat(Credentials.key("A", "secret").toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void refusals_thatSayWhenToComeBack_areRepeated(int status) {
        server.refuseNext(status, status == 429 ? "too-many-requests" : "unavailable", Map.of("Retry-After", "0"));
        server.refuseNext(status, status == 429 ? "too-many-requests" : "unavailable", Map.of("Retry-After", "0"));
        PutResult result = client.put("photos", "k", Content.of(new byte[10]), PutOptions.none());
        assertThat(result.created()).isTrue();
        assertThat(server.seen()).hasSize(3);
    }

    @Test
    void refusals_thatGoOn_endAfterFourAttempts() {
        for (int i = 0; i < 5; i++) {
            server.refuseNext(429, "too-many-requests", Map.of("Retry-After", "0"));
        }
        assertThatThrownBy(() -> client.bucket("photos")).hasMessageContaining("too-many-requests");
        assertThat(server.seen()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"storage-full 507", "read-only 503", "internal 500", "entity-timeout 408"})
    void refusals_ofOtherKinds_areNotRepeated(String codeAndStatus) {
        String[] parts = codeAndStatus.split(" ", -1);
        server.refuseNext(Integer.parseInt(parts[1]), parts[0]);
        assertThatThrownBy(() -> client.put("photos", "k", Content.of(new byte[10]), PutOptions.none()))
                .isInstanceOfSatisfying(
                        HayloftClientException.class, e -> assertThat(e.code()).isEqualTo(parts[0]));
        assertThat(server.seen()).hasSize(1);
    }
}
