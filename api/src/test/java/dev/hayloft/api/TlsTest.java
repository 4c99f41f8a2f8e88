package dev.hayloft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS on every port, and its certificate exchanged while the server runs. */
class TlsTest {
    private final Path folder = TempFolders.create("tls");

    @AfterEach
    void delete() throws IOException {
        TempFolders.delete(folder);
    }

    private Path keyStore(String file, String name) throws Exception {
        Path store = folder.resolve(file);
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-dname",
                        "CN=" + name,
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return store;
    }

    private Path password(String text) throws IOException {
        return Files.writeString(folder.resolve("password-" + text), text + "\n");
    }

    private static SSLSocket connect(String url) throws IOException, GeneralSecurityException {
        URI uri = URI.create(url);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void ask(SSLSocket socket, String headers) throws IOException {
        String request = "GET /healthcheck HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whom the server says it is, after one request. */
    private static String subject(String url) throws IOException, GeneralSecurityException {
        try (SSLSocket socket = connect(url)) {
            ask(socket, "Connection: close\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 ");
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal().getName();
        }
    }

    @Test
    void everyPort_speaksTls_alsoWithANewCertificate() throws Exception {
        Path store = keyStore("store.p12", "first");
        String[] settings = {"tls.keyStore=" + store, "tls.keyStorePasswordFile=" + password("secret")};
        try (TestServer server = new TestServer(settings)) {
            for (String url : List.of(server.http(), server.admin(), server.ciaos())) {
                assertThat(url).startsWith("https://");
                assertThat(subject(url)).isEqualTo("CN=first");
            }
            Files.write(store, Files.readAllBytes(keyStore("other.p12", "second")));
            Files.setLastModifiedTime(store, FileTime.fromMillis(4_000_000_000_000L));
            server.reloadTls();
            assertThat(subject(server.http())).isEqualTo("CN=second");
            assertThat(subject(server.admin())).isEqualTo("CN=second");
            Files.writeString(store, "no key store");
            Files.setLastModifiedTime(store, FileTime.fromMillis(4_000_000_001_000L));
            server.reloadTls();
            assertThat(subject(server.http())).isEqualTo("CN=second");
        }
    }

    @Test
    void stop_withAConnectionThatWaits_endsItWell() throws Exception {
        String[] settings = {
            "tls.keyStore=" + keyStore("store.p12", "first"), "tls.keyStorePasswordFile=" + password("secret")
        };
        TestServer server = new TestServer(settings);
        try (SSLSocket socket = connect(server.http())) {
            ask(socket, "");
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            Thread stopping = new Thread(server::close, "stopping");
            stopping.start();
            String rest = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(rest).startsWith("TTP/1.1 ");
            stopping.join();
        }
    }

    @Test
    void keyStores_thatCannotBeUsed_stopTheStart() throws Exception {
        Path store = keyStore("store.p12", "first");
        assertRefused("tls.keyStorePasswordFile", "tls.keyStore=" + store);
        assertRefused("needs tls.keyStore", "tls.keyStorePasswordFile=" + password("secret"));
        assertRefused("tls.keyStore", "tls.keyStore=" + store, "tls.keyStorePasswordFile=" + password("wrong"));
        assertRefused("no-file", "tls.keyStore=" + store, "tls.keyStorePasswordFile=" + folder.resolve("no-file"));
    }

    private static void assertRefused(String words, String... settings) {
        assertThatThrownBy(() -> new TestServer(settings).close())
                .isInstanceOf(StartException.class)
                .hasMessageContaining(words);
    }

    /** For a test whose server is its own. */
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
