package dev.hayloft.bench;

import dev.hayloft.api.identity.Access;
import dev.hayloft.api.identity.Authenticator;
import dev.hayloft.api.identity.FailedLogins;
import dev.hayloft.api.identity.Grant;
import dev.hayloft.api.identity.Identity;
import dev.hayloft.api.identity.KeyPair;
import dev.hayloft.api.identity.Secrets;
import dev.hayloft.api.identity.Users;
import dev.hayloft.model.BucketName;
import dev.hayloft.store.StoreRecords;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What identity costs a request once it is warm: the check of an {@code Authorization} header that has passed before,
 * and a look at ten grants of which the last fits. The header is another text at each turn, equal but not the same, as
 * on a fresh connection, and its hash is computed anew. Prints nanoseconds for a header of a key and for a token: the
 * median of the rounds. Arguments: rounds, turns a round.
 */
public final class IdentityBenchmark {
    private static final Logger LOGGER = System.getLogger(IdentityBenchmark.class.getName());
    private static final int GRANTS = 10;
    private static final int TEXTS = 1024;

    private IdentityBenchmark() {}

    /** Runs it. */
    public static void main(String[] args) {
        int rounds = Integer.parseInt(args[0]);
        int turns = Integer.parseInt(args[1]);
        InstantSource clock = InstantSource.system();
        Secrets secrets = new Secrets(ByteBuffer.allocate(32));
        KeyPair root = new KeyPair("ROOT", "secret");
        Users users = Users.open(new NoRecords(), secrets, root, new SecureRandom(), clock);
        List<Grant> grants = new ArrayList<>();
        for (int i = 1; i <= GRANTS; i++) {
            grants.add(new Grant("bucket-" + i, Set.of(Access.READ)));
        }
        KeyPair pair = users.create("ann", grants).pair();
        Authenticator authenticator = new Authenticator(secrets, users, new FailedLogins(100, clock), clock);
        byte[] basic = (pair.accessKey() + ":" + pair.secretKey()).getBytes(StandardCharsets.US_ASCII);
        String key = "Basic " + Base64.getEncoder().encodeToString(basic);
        Identity ann = authenticator.check(key, () -> "127.0.0.1").orElseThrow();
        String token = "Bearer " + authenticator.token(ann, 3600).text();
        LOGGER.log(
                Level.INFO,
                "identity check: key {0} ns, token {1} ns",
                measure(authenticator, key, rounds, turns),
                measure(authenticator, token, rounds, turns));
    }

    private static long measure(Authenticator authenticator, String header, int rounds, int turns) {
        BucketName bucket = new BucketName("bucket-" + GRANTS);
        long[] nanos = new long[rounds];
        long allowed = 0;
        for (int round = -1; round < rounds; round++) { // The first, not counted, warms up.
            long spent = 0;
            for (int done = 0; done < turns; done += TEXTS) {
                String[] texts = new String[TEXTS];
                for (int i = 0; i < TEXTS; i++) {
                    texts[i] = new String(header.toCharArray()); // Without a hash.
                }
                long start = System.nanoTime();
                for (String text : texts) {
                    Identity identity =
                            authenticator.check(text, () -> "127.0.0.1").orElseThrow();
                    allowed += identity.allows(bucket, Access.READ) ? 1 : 0;
                }
                spent += System.nanoTime() - start;
            }
            if (round >= 0) {
                nanos[round] = spent / (turns / TEXTS * TEXTS + (turns % TEXTS == 0 ? 0 : TEXTS));
            }
        }
        if (allowed == 0) {
            throw new AssertionError("the last grant fits");
        }
        Arrays.sort(nanos);
        return nanos[rounds / 2];
    }

    /** Keeps nothing. */
    private static final class NoRecords implements StoreRecords {
        @Override
        public Optional<Map<String, String>> read(String name) {
            return Optional.empty();
        }

        @Override
        public Map<String, Map<String, String>> readAll(String prefix) {
            return Map.of();
        }

        @Override
        public void write(String name, Map<String, String> fields) {}

        @Override
        public void delete(String name) {}
    }
}
