package dev.hayloft.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that answer wrongly, too little, too late or not at all. */
final class BrokenAnswersTest {
    private static final String DIGEST_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();
    private AutoCloseable toClose = () -> {};

    @AfterEach
    void close() throws Exception {
        ended.countDown();
        toClose.close();
    }

    /** A server that gives one canned answer after the other, each on what its connection has left. */
    private HayloftClient answering(Duration patience, List<String> answers) {
        try {
            ServerSocket listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(() -> serve(listener, answers), "canned-answers");
            thread.start();
            HayloftClient client =
                    HayloftClient.open(ClientConfig.of(URI.create("http://127.0.0.1:" + listener.getLocalPort()))
                            .withTimeouts(patience, patience));
            toClose = () -> {
                client.close();
                listener.close();
                thread.join();
            };
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HayloftClient answering(String... answers) {
        return answering(Duration.ofSeconds(10), List.of(answers));
    }

    private void serve(ServerSocket listener, List<String> answers) {
        int next = 0;
        while (next < answers.size()) {
            try (Socket socket = listener.accept()) {
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                boolean open = true;
                while (open && next < answers.size() && readHead(lines)) {
                    String answer = answers.get(next++);
                    requests.incrementAndGet();
                    if (answer.equals("SILENCE")) {
                        ended.await();
                    }
                    open = !answer.endsWith("CLOSE");
                    socket.getOutputStream().write(answer.replace("CLOSE", "").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException | InterruptedException e) {
                return; // The test is over.
            }
        }
    }

    private static boolean readHead(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.isEmpty()) {
            line = lines.readLine();
        }
        return line != null;
    }

    private static String object(String headers, String body) {
        return "HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n" + body;
    }

    private static void assertCode(Runnable call, String code) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(HayloftClientException.class, e -> assertThat(e.code())
                .isEqualTo(code));
    }

    private static byte[] read(HayloftClient client) {
        try (ObjectContent content = client.get("bucket", "key", GetOptions.whole())) {
            return content.readAllBytes();
        }
    }

    @Test
    void get_ofCutBody_isNotTakenAsWhole() {
        HayloftClient client = answering(object("Content-Length: 10", "abcCLOSE"));
        assertCode(() -> read(client), HayloftClientException.CUT_BODY);
    }

    @Test
    void get_ofCutChunks_isNotTakenAsWhole() {
        HayloftClient client = answering(object("Transfer-Encoding: chunked", "3\r\nabc\r\nCLOSE"));
        assertCode(() -> client.bucket("bucket"), HayloftClientException.CUT_BODY);
    }

    @Test
    void get_ofWrongBytes_isNotedByTheDigest() {
        HayloftClient client = answering(object("Content-Length: 3\r\nX-Hayloft-Sha256: " + DIGEST_OF_ABC, "abd"));
        assertCode(() -> read(client), HayloftClientException.WRONG_DIGEST);
    }

    @Test
    void get_ofRightBytes_inOneConnectionTwice() {
        String answer = object("Content-Length: 3\r\nX-Hayloft-Sha256: " + DIGEST_OF_ABC, "abc");
        HayloftClient client = answering(answer, answer);
        assertThat(read(client)).isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
        assertThat(read(client)).isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void get_withoutLength_isNoAnswerOfHayloft() {
        HayloftClient client = answering(object("Content-Type: text/plain", "abcCLOSE"));
        assertCode(() -> read(client), HayloftClientException.BAD_ANSWER);
    }

    @Test
    void get_fromServerThatFallsSilent_timesOut() {
        HayloftClient client = answering(Duration.ofMillis(200), List.of("SILENCE"));
        assertCode(() -> read(client), HayloftClientException.NO_ANSWER);
    }

    @Test
    void get_fromServerThatStopsInTheBody_timesOut() {
        HayloftClient client =
                answering(Duration.ofMillis(200), List.of(object("Content-Length: 10", "abc"), "SILENCE"));
        assertCode(() -> read(client), HayloftClientException.CUT_BODY);
    }

    @Test
    void get_fromOtherProtocol_saysSo() {
        HayloftClient client = answering("220 mail.example ESMTP\r\n\r\nCLOSE");
        assertCode(() -> read(client), HayloftClientException.BAD_ANSWER);
    }

    @Test
    void json_ofAnotherService_saysSo() {
        HayloftClient client = answering(object("Content-Length: 6", "<html>"));
        assertCode(() -> client.bucket("bucket"), HayloftClientException.BAD_ANSWER);
    }

    @Test
    void problem_thatIsNoDocument_keepsItsStatus() {
        HayloftClient client = answering("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>");
        assertCode(() -> client.bucket("bucket"), "http-502");
    }

    @Test
    void read_overConnectionThatLayIdle_givesItsOwnAnswer() {
        HayloftClient client = answering(object("Content-Length: 3", "abc"), object("Content-Length: 3", "xyz"));
        assertThat(read(client)).isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
        LockSupport.parkNanos(Duration.ofMillis(700).toNanos()); // Longer than a connection is trusted unseen.
        assertThat(read(client)).isEqualTo("xyz".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void read_afterAnAnswerNobodyAskedFor_doesNotTakeIt() {
        String answer = object("Content-Length: 3", "abc");
        String evil = object("Content-Length: 3", "bad");
        HayloftClient client = answering(answer + evil, answer);
        assertThat(read(client)).isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
        assertThat(read(client)).isEqualTo("abc".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void read_overConnectionThatWasClosed_goesOutOnceMore() {
        String answer = object("Content-Length: 3", "abc");
        HayloftClient client = answering(answer, "CLOSE", answer);
        assertThat(read(client)).hasSize(3);
        assertThat(read(client)).hasSize(3);
        assertThat(requests).hasValue(3);
    }

    @Test
    void write_overConnectionThatWasClosed_isNotRepeated() {
        HayloftClient client = answering(object("Content-Length: 3", "abc"), "CLOSE");
        assertThat(read(client)).hasSize(3);
        assertCode(() -> client.delete("bucket", "key"), HayloftClientException.NO_ANSWER);
        assertThat(requests).hasValue(2);
    }

    @Test
    void put_whoseAnswerNamesAnotherDigest_isNotTakenAsStored() {
        HayloftClient client = answering(
                "HTTP/1.1 201 Created\r\nX-Hayloft-Sha256: " + DIGEST_OF_ABC + "\r\nContent-Length: 0\r\n\r\n");
        assertCode(
                () -> client.put("bucket", "key", Content.of(new byte[0]), PutOptions.none()),
                HayloftClientException.WRONG_DIGEST);
    }

    @Test
    void put_refusedBeforeItsBody_tellsTheRefusal() {
        HayloftClient client = answering("HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 44\r\n\r\n"
                + "{\"type\":\"urn:hayloft:problem:storage-full\"}  ");
        ByteArrayInputStream large = new ByteArrayInputStream(new byte[8 << 20]);
        assertCode(() -> client.put("bucket", "key", Content.of(large, 8 << 20), PutOptions.none()), "storage-full");
        assertThat(large.available()).as("bytes that were not sent in vain").isEqualTo(8 << 20);
    }

    @Test
    void listStream_withoutItsLastLine_wasCut() {
        String line = "{\"prefix\":\"a/\"}\n";
        HayloftClient client = answering(object("Content-Length: " + line.length(), line));
        try (ListStream stream = client.listStream("bucket", ListOptions.prefix(""))) {
            assertThat(stream.next()).contains(new ListEntry.PrefixEntry("a/"));
            assertCode(stream::next, HayloftClientException.CUT_BODY);
        }
    }

    @Test
    void connect_whereNobodyListens_saysWhere() throws IOException {
        int port;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = gone.getLocalPort();
        }
        try (HayloftClient client = HayloftClient.open(ClientConfig.of(URI.create("http://127.0.0.1:" + port)))) {
            assertThatThrownBy(client::buckets)
                    .hasMessageContaining("no-connection")
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }
}
