package dev.hayloft.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.api.MemoryRecords;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.testing.TempFolders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {
    private static final KeyPair PAIR = new KeyPair("ACCESS", "secret");

    private static String basic(String pair) {
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static final long MINUTE = 60_000;

    private final MemoryRecords records = new MemoryRecords();
    private final Secrets secrets = new Secrets(ByteBuffer.allocate(32));
    private long nowMillis = 1_700_000_000_000L;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMillis);
    private final Users users = Users.open(records, secrets, PAIR, new SecureRandom(), clock);
    private final Authenticator authenticator = new Authenticator(secrets, users, clock);

    private static String basic(KeyPair pair) {
        return basic(pair.accessKey() + ":" + pair.secretKey());
    }

    private Users.Made made(String name, String bucket, Access... access) {
        return users.create(name, List.of(new Grant(bucket, Set.of(access))));
    }

    @Test
    void check_rootPair_isTheOperator_alsoFromTheCache() {
        for (int i = 0; i < 3; i++) {
            Identity identity = authenticator.check(basic("ACCESS:secret")).orElseThrow();
            assertThat(identity.user()).isEqualTo("root");
            assertThat(identity.accessKey()).isEqualTo("ACCESS");
            assertThat(identity.operator()).isTrue();
        }
        assertThat(authenticator.check(basic("ACCESS:secret").replace("Basic", "bASIC")))
                .isPresent();
    }

    @Test
    void check_anythingElse_isNobody() {
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
            "Bearer x",
            "Bearer hlt_",
            "Bearer hlt_AAAA",
            "Bearer hlt_" + "A".repeat(100),
            "Basic " + "A".repeat(5000)
        };
        for (String header : wrong) {
            assertThat(authenticator.check(header)).as(header).isEmpty();
        }
        assertThat(authenticator.check(null)).isEmpty();
    }

    @Test
    void check_afterEachChange_seesIt() {
        Users.Made ann = made("ann", "photos", Access.READ);
        String header = basic(ann.pair());
        BucketName photos = new BucketName("photos");
        assertThat(authenticator.check(header).orElseThrow().allows(photos, Access.READ))
                .isTrue();
        assertThat(authenticator.check(header).orElseThrow().allows(photos, Access.WRITE))
                .isFalse();
        users.grant("ann", List.of(new Grant("pho*", Set.of(Access.WRITE))));
        assertThat(authenticator.check(header).orElseThrow().allows(photos, Access.READ))
                .isFalse();
        assertThat(authenticator.check(header).orElseThrow().allows(photos, Access.WRITE))
                .isTrue();
        KeyPair second = users.addKey("ann").pair();
        assertThat(authenticator.check(basic(second))).isPresent();
        users.removeKey("ann", ann.pair().accessKey());
        assertThat(authenticator.check(header)).isEmpty();
        assertThat(authenticator.check(basic(second))).isPresent();
        users.delete("ann");
        assertThat(authenticator.check(basic(second))).isEmpty();
    }

    @Test
    void users_openedAgain_areTheSame() {
        Users.Made ann = made("ann", "photos*", Access.READ, Access.WRITE);
        Users.Made bob = made("bob.b@x-1", "*", Access.ADMIN);
        authenticator.check(basic(ann.pair()));
        users.saveUse();
        Users again = Users.open(records, secrets, PAIR, new SecureRandom(), clock);
        assertThat(again.all()).isEqualTo(users.all());
        assertThat(again.require("ann").keys().get(0).lastUsedAt()).contains(Instant.ofEpochMilli(nowMillis));
        assertThat(again.require("bob.b@x-1").keys().get(0).lastUsedAt()).isEmpty();
        Authenticator other = new Authenticator(secrets, again, clock);
        assertThat(other.check(basic(bob.pair())).orElseThrow().operator()).isTrue();
        assertThat(other.check(basic(ann.pair())).orElseThrow().operator()).isFalse();
        assertThat(records.readAll("").toString())
                .doesNotContain(ann.pair().secretKey())
                .doesNotContain(bob.pair().secretKey());
    }

    @Test
    void lastUsed_movesByTheMinute() {
        Users.Made ann = made("ann", "photos", Access.READ);
        authenticator.check(basic(ann.pair()));
        Instant first = Instant.ofEpochMilli(nowMillis);
        nowMillis += MINUTE - 1;
        authenticator.check(basic(ann.pair()));
        assertThat(users.require("ann").keys().get(0).lastUsedAt()).contains(first);
        nowMillis += 1;
        authenticator.check(basic(ann.pair()));
        assertThat(users.require("ann").keys().get(0).lastUsedAt()).contains(first.plusMillis(MINUTE));
    }

    @Test
    void token_endsInTime_andWithItsKey() {
        Users.Made ann = made("ann", "photos", Access.READ);
        Identity identity = authenticator.check(basic(ann.pair())).orElseThrow();
        Authenticator.Token token = authenticator.token(identity, 60);
        assertThat(token.expiresAt()).isEqualTo(Instant.ofEpochMilli(nowMillis + MINUTE));
        String header = "Bearer " + token.text();
        Identity bearer = authenticator.check(header).orElseThrow();
        assertThat(bearer.user()).isEqualTo("ann");
        assertThat(bearer.allows(new BucketName("photos"), Access.READ)).isTrue();
        assertThat(authenticator.token(bearer, 600).expiresAt()).isEqualTo(token.expiresAt());
        nowMillis += MINUTE - 1;
        assertThat(authenticator.check(header)).isPresent();
        nowMillis += 1;
        assertThat(authenticator.check(header)).isEmpty();
        String fresh = "Bearer "
                + authenticator
                        .token(authenticator.check(basic(ann.pair())).orElseThrow(), 60)
                        .text();
        assertThat(authenticator.check(fresh)).isPresent();
        users.removeKey("ann", ann.pair().accessKey());
        assertThat(authenticator.check(fresh)).isEmpty();
    }

    @Test
    void token_withAnyCharacterChanged_isNobodys() {
        Identity root = authenticator.check(basic("ACCESS:secret")).orElseThrow();
        String text = authenticator.token(root, 60).text();
        for (int i = 0; i < text.length() - 1; i++) { // The last one has bits that no byte uses.
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            String changed = text.substring(0, i) + other + text.substring(i + 1);
            assertThat(authenticator.check("Bearer " + changed)).as(changed).isEmpty();
        }
        Authenticator stranger =
                new Authenticator(new Secrets(ByteBuffer.wrap(new byte[32]).put(0, (byte) 1)), users, clock);
        assertThat(stranger.check("Bearer " + text)).isEmpty();
    }

    @Test
    void grants_thatCannotBe_areRefused() {
        for (String pattern : new String[] {"", "ab", "Photos", "a*b", "**", "-*", "photos/*", "x".repeat(64) + "*"}) {
            assertThatThrownBy(() -> new Grant(pattern, Set.of(Access.READ)))
                    .as(pattern)
                    .isInstanceOf(RequestException.class);
        }
        assertThatThrownBy(() -> new Grant("photos", Set.of())).isInstanceOf(RequestException.class);
        for (String pattern : new String[] {"*", "a*", "photos", "photos-2.*", "x".repeat(63) + "*"}) {
            assertThat(new Grant(pattern, Set.of(Access.READ)).bucket()).isEqualTo(pattern);
        }
        assertThat(new Grant("a*", Set.of(Access.ADMIN)).isOperator()).isFalse();
        assertThat(new Grant("*", Set.of(Access.WRITE)).isOperator()).isFalse();
    }

    @Test
    void rootKey_isMadeOnce_forTheOwnerAlone() throws IOException {
        Path folder = TempFolders.create("root-key");
        try {
            KeyPair first = new RootKeyFile(folder, new SecureRandom()).rootKey();
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
