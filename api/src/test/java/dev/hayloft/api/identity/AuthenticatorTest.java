package dev.hayloft.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hayloft.api.MemoryRecords;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.CapacityException;
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
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
    private final FailedLogins failed = new FailedLogins(1000, clock);
    private final Authenticator authenticator = new Authenticator(secrets, users, failed, clock);

    private static Optional<Identity> check(Authenticator authenticator, @Nullable String header) {
        return authenticator.check(header, () -> "192.0.2.1");
    }

    private static String basic(KeyPair pair) {
        return basic(pair.accessKey() + ":" + pair.secretKey());
    }

    private Users.Made made(String name, String bucket, Access... access) {
        return users.create(name, List.of(new Grant(bucket, Set.of(access))));
    }

    @Test
    void check_rootPair_isTheOperator_alsoFromTheCache() {
        for (int i = 0; i < 3; i++) {
            Identity identity = check(authenticator, basic("ACCESS:secret")).orElseThrow();
            assertThat(identity.user()).isEqualTo("root");
            assertThat(identity.accessKey()).isEqualTo("ACCESS");
            assertThat(identity.operator()).isTrue();
        }
        assertThat(check(authenticator, basic("ACCESS:secret").replace("Basic", "bASIC")))
                .isPresent();
    }

    @Test
    void check_anythingElse_isNobody() {
        check(authenticator, basic("ACCESS:secret"));
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
            assertThat(check(authenticator, header)).as(header).isEmpty();
        }
        assertThat(check(authenticator, null)).isEmpty();
    }

    @Test
    void check_afterEachChange_seesIt() {
        Users.Made ann = made("ann", "photos", Access.READ);
        String header = basic(ann.pair());
        BucketName photos = new BucketName("photos");
        assertThat(check(authenticator, header).orElseThrow().allows(photos, Access.READ))
                .isTrue();
        assertThat(check(authenticator, header).orElseThrow().allows(photos, Access.WRITE))
                .isFalse();
        users.grant("ann", List.of(new Grant("pho*", Set.of(Access.WRITE))));
        assertThat(check(authenticator, header).orElseThrow().allows(photos, Access.READ))
                .isFalse();
        assertThat(check(authenticator, header).orElseThrow().allows(photos, Access.WRITE))
                .isTrue();
        KeyPair second = users.addKey("ann").pair();
        assertThat(check(authenticator, basic(second))).isPresent();
        users.removeKey("ann", ann.pair().accessKey());
        assertThat(check(authenticator, header)).isEmpty();
        assertThat(check(authenticator, basic(second))).isPresent();
        users.delete("ann");
        assertThat(check(authenticator, basic(second))).isEmpty();
    }

    @Test
    void users_openedAgain_areTheSame() {
        Users.Made ann = made("ann", "photos*", Access.READ, Access.WRITE);
        Users.Made bob = made("bob.b@x-1", "*", Access.ADMIN);
        check(authenticator, basic(ann.pair()));
        users.saveUse();
        Users again = Users.open(records, secrets, PAIR, new SecureRandom(), clock);
        assertThat(again.all()).isEqualTo(users.all());
        assertThat(again.require("ann").keys().get(0).lastUsedAt()).contains(Instant.ofEpochMilli(nowMillis));
        assertThat(again.require("bob.b@x-1").keys().get(0).lastUsedAt()).isEmpty();
        Authenticator other = new Authenticator(secrets, again, failed, clock);
        assertThat(check(other, basic(bob.pair())).orElseThrow().operator()).isTrue();
        assertThat(check(other, basic(ann.pair())).orElseThrow().operator()).isFalse();
        assertThat(records.readAll("").toString())
                .doesNotContain(ann.pair().secretKey())
                .doesNotContain(bob.pair().secretKey());
    }

    @Test
    void lastUsed_movesByTheMinute() {
        Users.Made ann = made("ann", "photos", Access.READ);
        check(authenticator, basic(ann.pair()));
        Instant first = Instant.ofEpochMilli(nowMillis);
        nowMillis += MINUTE - 1;
        check(authenticator, basic(ann.pair()));
        assertThat(users.require("ann").keys().get(0).lastUsedAt()).contains(first);
        nowMillis += 1;
        check(authenticator, basic(ann.pair()));
        assertThat(users.require("ann").keys().get(0).lastUsedAt()).contains(first.plusMillis(MINUTE));
    }

    @Test
    void token_endsInTime_andWithItsKey() {
        Users.Made ann = made("ann", "photos", Access.READ);
        Identity identity = check(authenticator, basic(ann.pair())).orElseThrow();
        Authenticator.Token token = authenticator.token(identity, 60);
        assertThat(token.expiresAt()).isEqualTo(Instant.ofEpochMilli(nowMillis + MINUTE));
        String header = "Bearer " + token.text();
        Identity bearer = check(authenticator, header).orElseThrow();
        assertThat(bearer.user()).isEqualTo("ann");
        assertThat(bearer.allows(new BucketName("photos"), Access.READ)).isTrue();
        assertThat(authenticator.token(bearer, 600).expiresAt()).isEqualTo(token.expiresAt());
        nowMillis += MINUTE - 1;
        assertThat(check(authenticator, header)).isPresent();
        nowMillis += 1;
        assertThat(check(authenticator, header)).isEmpty();
        String fresh = "Bearer "
                + authenticator
                        .token(check(authenticator, basic(ann.pair())).orElseThrow(), 60)
                        .text();
        assertThat(check(authenticator, fresh)).isPresent();
        users.removeKey("ann", ann.pair().accessKey());
        assertThat(check(authenticator, fresh)).isEmpty();
    }

    @Test
    void token_withAnyCharacterChanged_isNobodys() {
        Identity root = check(authenticator, basic("ACCESS:secret")).orElseThrow();
        String text = authenticator.token(root, 60).text();
        for (int i = 0; i < text.length() - 1; i++) { // The last one has bits that no byte uses.
            char other = text.charAt(i) == 'A' ? 'B' : 'A';
            String changed = text.substring(0, i) + other + text.substring(i + 1);
            assertThat(check(authenticator, "Bearer " + changed)).as(changed).isEmpty();
        }
        Authenticator stranger =
                new Authenticator(new Secrets(ByteBuffer.wrap(new byte[32]).put(0, (byte) 1)), users, failed, clock);
        assertThat(check(stranger, "Bearer " + text)).isEmpty();
    }

    @Test
    void failedLogins_tooManyInAMinute_areRefusedUntilItIsOver() {
        FailedLogins few = new FailedLogins(3, clock);
        Authenticator strict = new Authenticator(secrets, users, few, clock);
        Users.Made ann = made("ann", "photos", Access.READ);
        Users.Made bob = made("bob", "photos", Access.READ);
        assertThat(check(strict, basic(bob.pair()))).isPresent();
        String wrong = basic(ann.pair().accessKey() + ":wrong");
        for (int i = 0; i < 3; i++) {
            assertThat(check(strict, wrong)).isEmpty();
        }
        assertThatThrownBy(() -> check(strict, wrong))
                .isInstanceOf(CapacityException.class)
                .hasMessageContaining("retryAfterSeconds: 60");
        assertThatThrownBy(() -> check(strict, basic(ann.pair()))).isInstanceOf(CapacityException.class);
        assertThat(check(strict, basic(bob.pair()))).isPresent();
        assertThat(strict.check(basic(ann.pair()), () -> "192.0.2.2")).isPresent();
        nowMillis += MINUTE;
        assertThat(check(strict, wrong)).isEmpty();
        assertThat(check(strict, basic(ann.pair()))).isPresent();
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
