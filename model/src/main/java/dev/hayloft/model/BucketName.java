package dev.hayloft.model;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.util.regex.Pattern;

/**
 * A bucket's name: 3 to 63 of {@code a-z 0-9 . -}, beginning and ending with a letter or digit.
 *
 * @param value the name
 */
public record BucketName(String value) implements Comparable<BucketName> {
    private static final Pattern SYNTAX = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    public BucketName {
        if (!SYNTAX.matcher(value).matches()) {
            throw new RequestException(
                            ErrorCode.BAD_BUCKET_NAME,
                            "A bucket name has 3 to 63 of a-z 0-9 . - and begins and ends with a letter or digit.")
                    .with("bucket", value.length() > 80 ? value.substring(0, 80) + "…" : value);
        }
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
