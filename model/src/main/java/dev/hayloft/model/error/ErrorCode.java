package dev.hayloft.model.error;

import java.util.Locale;

/** What went wrong, in the contract's words: {@code NO_SUCH_KEY} is {@code no-such-key} on every front. */
public enum ErrorCode {
    BAD_PARAMETER("Bad parameter"),
    BAD_BUCKET_NAME("Bad bucket name"),
    BAD_KEY("Bad key"),
    BAD_RECORD("Bad record"),
    BAD_DIGEST("Digest does not match"),
    UNAUTHENTICATED("Not authenticated"),
    FORBIDDEN("Forbidden"),
    NO_SUCH_BUCKET("No such bucket"),
    NO_SUCH_KEY("No such key"),
    NO_SUCH_VERSION("No such version"),
    NO_SUCH_VOLUME("No such volume"),
    NO_SUCH_JOB("No such job"),
    NO_SUCH_USER("No such user"),
    NOT_FOUND("Not found"),
    METHOD_NOT_ALLOWED("Method not allowed"),
    ENTITY_TIMEOUT("The body came too slowly"),
    BUCKET_EXISTS("Bucket exists"),
    BUCKET_NOT_EMPTY("Bucket not empty"),
    CONFLICT("Conflict"),
    GONE("Gone"),
    LENGTH_REQUIRED("Length required"),
    PRECONDITION_FAILED("Precondition failed"),
    TOO_LARGE("Too large"),
    UNSUPPORTED_MEDIA_TYPE("Unsupported media type"),
    RANGE_NOT_SATISFIABLE("Range not satisfiable"),
    TOO_MANY_REQUESTS("Too many requests"),
    INTERNAL("Internal error"),
    CORRUPT_OBJECT("Corrupt object"),
    READ_ONLY("Read only"),
    UNAVAILABLE("Unavailable"),
    STORAGE_FULL("Storage full"),
    QUOTA_EXCEEDED("Quota exceeded");

    private final String title;
    private final String wireName;

    ErrorCode(String title) {
        this.title = title;
        this.wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A short English title, the same for every occurrence. */
    public String title() {
        return title;
    }

    /** The contract's name, for example {@code no-such-key}. */
    public String wireName() {
        return wireName;
    }
}
