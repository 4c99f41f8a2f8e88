package dev.hayloft.cli.session;

/**
 * {@code BUCKET} or {@code BUCKET/KEY} as typed.
 *
 * @param bucket up to the first slash, not empty
 * @param key all behind it, slashes included; may be empty
 */
public record ObjectAddress(String bucket, String key) {

    /**
     * Splits at the first slash.
     *
     * @throws IllegalArgumentException with a sentence when there is no bucket
     */
    public static ObjectAddress parse(String text) {
        int slash = text.indexOf('/');
        String bucket = slash < 0 ? text : text.substring(0, slash);
        if (bucket.isEmpty()) {
            throw new IllegalArgumentException("\"" + text + "\" names no bucket; write BUCKET or BUCKET/KEY");
        }
        return new ObjectAddress(bucket, slash < 0 ? "" : text.substring(slash + 1));
    }

    /** The key as a folder: nothing, or with one slash at its end. */
    public String folder() {
        return key.isEmpty() || key.endsWith("/") ? key : key + "/";
    }

    /** What stands behind the key's last slash. */
    public String lastName() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return key.isEmpty() ? bucket : bucket + "/" + key;
    }
}
