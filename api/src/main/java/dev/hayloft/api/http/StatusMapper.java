package dev.hayloft.api.http;

import dev.hayloft.model.error.ErrorCode;

/** The one mapper from error codes to HTTP statuses. */
public final class StatusMapper {
    private StatusMapper() {}

    /** The status of a code. */
    public static int statusOf(ErrorCode code) {
        return switch (code) { // No default: a new code must not compile until it has a status.
            case BAD_PARAMETER, BAD_BUCKET_NAME, BAD_KEY, BAD_RECORD, BAD_DIGEST -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION, NO_SUCH_VOLUME, NO_SUCH_JOB, NO_SUCH_USER, NOT_FOUND ->
                404;
            case METHOD_NOT_ALLOWED -> 405;
            case ENTITY_TIMEOUT -> 408;
            case BUCKET_EXISTS, BUCKET_NOT_EMPTY, CONFLICT -> 409;
            case GONE -> 410;
            case LENGTH_REQUIRED -> 411;
            case PRECONDITION_FAILED -> 412;
            case TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case RANGE_NOT_SATISFIABLE -> 416;
            case TOO_MANY_REQUESTS -> 429;
            case INTERNAL, CORRUPT_OBJECT -> 500;
            case READ_ONLY, UNAVAILABLE -> 503;
            case STORAGE_FULL, QUOTA_EXCEEDED -> 507;
        };
    }
}
