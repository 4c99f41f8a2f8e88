package dev.hayloft.api.identity;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Signed links: one method on one object until a time, in the name of an access key. Nothing is kept of them; one is
 * good as long as its access key is, with whatever its user is granted at the time.
 *
 * <p>The signature is HMAC-SHA-256, under a key derived from the store's, over method, bucket, key, version (or
 * nothing), access key and the seconds of the end, with NUL between.
 */
public final class Links {
    /** Parameters of a link's query. */
    public static final String KEY = "hayloft-key";

    public static final String EXPIRES = "hayloft-expires";
    public static final String SIGNATURE = "hayloft-signature";

    private static final int DIGITS_MAX = 12;

    private final Secrets secrets;
    private final Users users;
    private final InstantSource clock;

    public Links(Secrets secrets, Users users, InstantSource clock) {
        this.secrets = secrets;
        this.users = users;
        this.clock = clock;
    }

    /**
     * What a link allows.
     *
     * @param method GET, for HEAD too, or PUT
     * @param bucket of the object
     * @param key of the object
     * @param version to read; empty for the newest
     */
    public record Target(String method, BucketName bucket, ObjectKey key, Optional<String> version) {}

    /** The signature of a link. */
    public String sign(Target target, String accessKey, long expiresAtSeconds) {
        String text = target.method()
                + '\0'
                + target.bucket()
                + '\0'
                + target.key()
                + '\0'
                + target.version().orElse("")
                + '\0'
                + accessKey
                + '\0'
                + expiresAtSeconds;
        return HexFormat.of().formatHex(secrets.signLink(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** In whose name a link is; empty when it is not ours, has ended, or its access key has. */
    public Optional<Identity> check(Target target, String accessKey, String expires, String signature) {
        boolean digits = !expires.isEmpty()
                && expires.length() <= DIGITS_MAX
                && expires.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits) {
            return Optional.empty();
        }
        long expiresAtSeconds = Long.parseLong(expires);
        byte[] right = sign(target, accessKey, expiresAtSeconds).getBytes(StandardCharsets.US_ASCII);
        boolean same = MessageDigest.isEqual(right, signature.getBytes(StandardCharsets.UTF_8));
        if (!same || clock.millis() / 1000 >= expiresAtSeconds) {
            return Optional.empty();
        }
        return users.holder(accessKey).map(KeyHolder::identity);
    }
}
