package dev.hayloft.api.ciaos;

import dev.hayloft.model.BucketName;
import dev.hayloft.model.ObjectKey;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.RequestException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/**
 * Where a request goes, and in which of the two dialects it is answered.
 *
 * @param bucket that stands for the user, or for the user's bucket
 * @param named what a {@code Bucket} header says; empty for the first dialect, which has none
 */
record CiaosTarget(BucketName bucket, Optional<String> named) {
    private static final String PREFIX = "ciaos-";
    private static final String DEFAULT = "default";
    private static final int HASH_LENGTH = 32;

    /**
     * Reads the headers.
     *
     * @throws CiaosRefusal when there is no {@code User}, or one that is no visible ASCII
     */
    static CiaosTarget of(HttpFields headers) {
        HttpField user = headers.getField("User");
        if (user == null) {
            throw CiaosRefusal.text(400, "Missing User header");
        }
        String id = visible(user, "User");
        HttpField bucket = headers.getField("Bucket");
        Optional<String> named = bucket == null ? Optional.empty() : Optional.of(visible(bucket, "Bucket"));
        boolean other = named.isPresent() && !named.get().equals(DEFAULT);
        return new CiaosTarget(other ? hashed(id + '\0' + named.get()) : bucketOf(id), named);
    }

    private static String visible(HttpField field, String name) {
        String value = field.getValue() == null ? "" : field.getValue();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c > '~') {
                throw CiaosRefusal.text(400, "Invalid " + name + " header value");
            }
        }
        return value;
    }

    private static BucketName bucketOf(String id) {
        if (!isHash(id)) {
            try {
                return new BucketName(PREFIX + id);
            } catch (RequestException e) {
                return hashed(id); // No bucket can have this name.
            }
        }
        return hashed(id);
    }

    private static boolean isHash(String id) {
        boolean hex = id.length() == HASH_LENGTH;
        for (int i = 0; hex && i < id.length(); i++) {
            hex = Character.digit(id.charAt(i), 16) >= 0;
        }
        return hex;
    }

    private static BucketName hashed(String text) {
        return new BucketName(PREFIX + sha256(text).substring(0, HASH_LENGTH));
    }

    private static String sha256(String text) {
        return Sha256.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))).hex();
    }

    /** The key that a value's name stands for: itself where it can be a key. */
    static ObjectKey key(String name) {
        boolean fits = name.getBytes(StandardCharsets.UTF_8).length <= ObjectKey.SIZE_MAX && name.indexOf('\0') < 0;
        return ObjectKey.of(fits ? name : "~" + sha256(name));
    }

    // The texts of the two dialects.

    String uploaded(String key) {
        return "Data uploaded successfully: key = " + key
                + named.map(name -> ", bucket = " + name).orElse("");
    }

    String appended(String key) {
        return "Data appended successfully: key = " + key;
    }

    String renamed(String from, String to) {
        return "Key updated successfully from " + from + " to " + to + inBucket(" in bucket ");
    }

    String deleted(String key) {
        return "File deleted successfully: key = " + key + inBucket(" in bucket = ");
    }

    CiaosRefusal absent(String key) {
        String text = "No data found for key: " + key + ", The key does not exist" + inBucket(" in bucket: ");
        return closingWhereItDid(CiaosRefusal.text(404, text));
    }

    CiaosRefusal exists() {
        return closingWhereItDid(CiaosRefusal.bare(400, "Key already exists"));
    }

    /** The second dialect's server reads on. */
    private CiaosRefusal closingWhereItDid(CiaosRefusal refusal) {
        return named.isPresent() ? refusal : refusal.closing();
    }

    private String inBucket(String words) {
        return named.map(name -> words + name).orElse("");
    }
}
