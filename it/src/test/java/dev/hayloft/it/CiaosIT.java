package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.it.ServerProcess.Options;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CIAOS API of a real server over a real store. */
final class CiaosIT {
    private static final int MIB = 1 << 20;
    private static final String HEAD =
            "04000000eeffffff04000000010000000c0000000000060008000400060000000400000000000000";

    @TempDir
    Path folder;

    private Options options() {
        return Options.on(folder.resolve("data")).set("ciaos.port=0");
    }

    @Test
    void publicClient_runsAllItsFunctions_alsoFromSixteenThreads() throws IOException {
        PythonTools python = PythonTools.with("ciaos==1.0.0");
        Path script = SourceTree.root().resolve("it/src/test/resources/ciaos/seven.py");
        try (ServerProcess server = ServerProcess.start(options())) {
            String url = server.ciaos().replace("http://", "http://" + server.rootPair() + "@");
            List<String> command = List.of(python.program("python"), script.toString(), url, folder.toString());
            PythonTools.Output output = PythonTools.run(folder, command, 3);
            assertThat(output.code()).as(output.text()).isZero();
            assertThat(output.text()).endsWith("all seven functions done\n");
            server.stopCleanly();
        }
        try (ServerProcess server = ServerProcess.start(options())) { // What was acknowledged is there again.
            HttpResponse<byte[]> object = server.calls().get("/v1/buckets/ciaos-ann/objects/hay.txt");
            assertThat(HttpCalls.text(object)).isEqualTo("from a file");
            server.stopCleanly();
        }
    }

    @Test
    void value_of64MiB_leavesTheHeapFlat() throws Exception {
        largeValue(64, "128m");
    }

    @Test
    @Tag("soak")
    void value_of1GiB_leavesTheHeapFlat() throws Exception {
        largeValue(1023, "128m");
    }

    /** In a heap in which the body would hardly fit once. */
    private void largeValue(int mebibytes, String heap) throws Exception {
        Options small = options().set("storage.volumeSize=64MiB").under("env", "HAYLOFT_JAVA_OPTS=-Xmx" + heap);
        try (ServerProcess server = ServerProcess.start(small)) {
            HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            URI put = URI.create(server.ciaos() + "/put/big");
            HttpResponse<String> stored = http.send(
                    request(server, put)
                            .POST(BodyPublishers.ofInputStream(() -> value(mebibytes)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(stored.body()).isEqualTo("Data uploaded successfully: key = big");
            URI get = URI.create(server.ciaos() + "/get/big");
            HttpResponse<InputStream> read =
                    http.send(request(server, get).GET().build(), BodyHandlers.ofInputStream());
            assertThat(digest(read.body())).isEqualTo(digest(value(mebibytes)));
            server.stopCleanly();
        }
    }

    private static HttpRequest.Builder request(ServerProcess server, URI uri) {
        return HttpRequest.newBuilder(uri)
                .header("User", "ann")
                .header("Authorization", server.calls().authorization());
    }

    /** A value of one blob. */
    @SuppressWarnings("JdkObsolete") // Nothing newer is taken by a stream of streams.
    private static InputStream value(int mebibytes) {
        ByteBuffer head = ByteBuffer.wrap(HexFormat.of().parseHex(HEAD)).order(ByteOrder.LITTLE_ENDIAN);
        head.putInt(36, mebibytes * MIB);
        Iterator<Integer> numbers = IntStream.rangeClosed(0, mebibytes).iterator();
        return new SequenceInputStream(new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return numbers.hasNext();
            }

            @Override
            public InputStream nextElement() {
                int number = numbers.next();
                return new ByteArrayInputStream(number == 0 ? head.array() : piece(number));
            }
        });
    }

    private static byte[] piece(int number) {
        byte[] piece = new byte[MIB];
        for (int i = 0; i < MIB; i++) {
            piece[i] = (byte) (i * 31 + number * 7 + i / 5000);
        }
        return piece;
    }

    private static String digest(InputStream stream) throws IOException, NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        try (stream) {
            byte[] buffer = new byte[MIB];
            for (int size = stream.read(buffer); size >= 0; size = stream.read(buffer)) {
                sha256.update(buffer, 0, size);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
