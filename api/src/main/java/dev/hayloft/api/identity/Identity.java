package dev.hayloft.api.identity;

import dev.hayloft.model.BucketName;
import java.util.List;

/**
 * Who asks.
 *
 * @param user the user's name; {@code root} for the root key, empty while identity is switched off
 * @param accessKey the key used; empty while identity is switched off
 * @param grants what is allowed, where the user is no operator
 * @param operator whether everything is allowed
 * @param expiresAtMillis when the token used ends; {@link Long#MAX_VALUE} for a key
 */
public record Identity(String user, String accessKey, List<Grant> grants, boolean operator, long expiresAtMillis) {
    /** Everybody, while identity is switched off. */
    public static final Identity EVERYBODY = new Identity("", "", List.of(), true, Long.MAX_VALUE);

    public Identity {
        grants = List.copyOf(grants);
    }

    /** A key of a user. */
    static Identity of(User user, String accessKey) {
        boolean operator = user.grants().stream().anyMatch(Grant::isOperator);
        return new Identity(user.name(), accessKey, user.grants(), operator, Long.MAX_VALUE);
    }

    /** The same, until then. */
    Identity until(long millis) {
        return new Identity(user, accessKey, grants, operator, millis);
    }

    /** Whether this one may do that to the bucket, be there one or not. */
    public boolean allows(BucketName bucket, Access access) {
        if (operator) {
            return true;
        }
        for (Grant grant : grants) { // Runs for every request, so without a stream.
            if (grant.allows(bucket, access)) {
                return true;
            }
        }
        return false;
    }
}
