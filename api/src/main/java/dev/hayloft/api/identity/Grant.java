package dev.hayloft.api.identity;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a user may do on which buckets.
 *
 * @param bucket a bucket's name, or the beginning of one with {@code *} behind it; {@code *} alone is every bucket
 * @param access what is allowed there, at least one
 */
public record Grant(String bucket, Set<Access> access) {
    private static final int PREFIX_MAX = 63;
    private static final String EVERY_BUCKET = "*";

    public Grant {
        if (!isPattern(bucket)) {
            throw new RequestException(
                            ErrorCode.BAD_PARAMETER,
                            "A grant's bucket is a bucket's name, or the beginning of one and \"*\".")
                    .with("parameter", "bucket")
                    .with("value", bucket.length() > 80 ? bucket.substring(0, 80) + "…" : bucket);
        }
        if (access.isEmpty()) {
            throw new RequestException(ErrorCode.BAD_PARAMETER, "A grant's access is some of read, write, admin.")
                    .with("parameter", "access");
        }
        access = Collections.unmodifiableSet(EnumSet.copyOf(access));
    }

    private static boolean isPattern(String text) {
        int last = text.length() - 1;
        if (last < 0 || text.charAt(last) != '*') {
            try {
                return !new BucketName(text).value().isEmpty();
            } catch (RequestException e) {
                return false;
            }
        }
        boolean good = last <= PREFIX_MAX;
        for (int i = 0; i < last; i++) {
            char c = text.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            good &= alphanumeric || (i > 0 && (c == '.' || c == '-'));
        }
        return good;
    }

    /** Whether this allows it. */
    boolean allows(BucketName name, Access wanted) {
        return (access.contains(wanted) || access.contains(Access.ADMIN)) && covers(name.value());
    }

    private boolean covers(String name) {
        int last = bucket.length() - 1;
        return bucket.charAt(last) == '*' ? name.regionMatches(0, bucket, 0, last) : name.equals(bucket);
    }

    /** Whether this makes its owner an operator. */
    boolean isOperator() {
        return bucket.equals(EVERY_BUCKET) && access.contains(Access.ADMIN);
    }
}
