package dev.hayloft.model;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;

/**
 * A bucket's name: 3 to 63 of {@code a-z 0-9 . -}, beginning and ending with a letter or digit.
 *
 * @param value the name
 */
public record BucketName(String value) implements Comparable<BucketName> {
    private static final int LENGTH_MIN = 3;
    private static final int LENGTH_MAX = 63;

    public BucketName {
        if (!isName(value)) {
            throw new RequestException(
                            ErrorCode.BAD_BUCKET_NAME,
                            "A bucket name has 3 to 63 of a-z 0-9 . - and begins and ends with a letter or digit.")
                    .with("bucket", value.length() > 80 ? value.substring(0, 80) + "…" : value);
        }
    }

    /** Runs for every request, so without a pattern. */
    private static boolean isName(String value) {
        int last = value.length() - 1;
        if (last < LENGTH_MIN - 1 || last > LENGTH_MAX - 1) {
            return false;
        }
        for (int i = 0; i <= last; i++) {
            char c = value.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            boolean inside = (c == '.' || c == '-') && i > 0 && i < last;
            if (!alphanumeric && !inside) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(BucketName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
