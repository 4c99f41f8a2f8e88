package dev.hayloft.api.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
    private static final RootKeyFile.KeyPair PAIR = new RootKeyFile.KeyPair("ACCESS", "secret");

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void check_knownPair_isTheOperator_alsoFromTheCache() {
        Authenticator authenticator = new Authenticator(ByteBuffer.allocate(32));
        authenticator.addOperator(PAIR);
        for (int i = 0; i < 3; i++) {
            assertThat(authenticator.check(basic("ACCESS:secret"))).contains(new Identity("ACCESS", true));
        }
        assertThat(authenticator.check(basic("ACCESS:secret").replace("Basic", "bASIC")))
                .isPresent();
    }

    @Test
    void check_anythingElse_isNobody() {
        Authenticator authenticator = new Authenticator(ByteBuffer.allocate(32));
        authenticator.addOperator(PAIR);
        authenticator.check(basic("ACCESS:secret"));
        String[] wrong = {
            "",
            "Basic",
            "Basic ",
            "Basic !!",
            basic("ACCESS:secreT"),
            basic("ACCESS:secret "),
            basic("ACCESS"),
            basic("access:secret"),
            basic(":"),
            "Bearer x"
        };
        for (String header : wrong) {
            assertThat(authenticator.check(header)).as(header).isEmpty();
        }
        assertThat(authenticator.check(null)).isEmpty();
    }

    @Test
    void rootKey_isMadeOnce_forTheOwnerAlone() throws IOException {
        Path folder = TempFolders.create("root-key");
        try {
            RootKeyFile.KeyPair first = new RootKeyFile(folder, new SecureRandom()).rootKey();
            assertThat(first.accessKey()).matches("[A-Z0-9]{20}");
            assertThat(Base64.getUrlDecoder().decode(first.secretKey())).hasSize(32);
            assertThat(new RootKeyFile(folder, new SecureRandom()).rootKey()).isEqualTo(first);
            var mode = Files.getPosixFilePermissions(folder.resolve("root.key"));
            assertThat(PosixFilePermissions.toString(mode)).isEqualTo("rw-------");
            assertThat(first.toString()).doesNotContain(first.secretKey());
        } finally {
            TempFolders.delete(folder);
        }
    }
}
