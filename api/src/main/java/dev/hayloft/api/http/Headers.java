package dev.hayloft.api.http;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Names and ready-made fields of the contract's headers. */
public final class Headers {
    public static final String REQUEST_ID = "X-Request-Id";
    public static final String VERSION = "X-Hayloft-Version";
    public static final String SHA256 = "X-Hayloft-Sha256";
    public static final String IF_VERSION = "X-Hayloft-If-Version";
    public static final String DURABILITY = "X-Hayloft-Durability";
    public static final String OFFSET = "X-Hayloft-Offset";
    public static final String SIZE = "X-Hayloft-Size";
    public static final String TTL = "X-Hayloft-Ttl";
    public static final String EXPIRES = "X-Hayloft-Expires";
    public static final String DELETED = "X-Hayloft-Deleted";
    public static final String META_PREFIX = "X-Hayloft-Meta-";
    public static final String PRODUCER = "X-Hayloft-Producer";
    public static final String SEQUENCE = "X-Hayloft-Sequence";
    public static final String CONTENT_MD5 = "Content-MD5";

    public static final String PROBLEM_TYPE = "application/problem+json";
    public static final String NDJSON_TYPE = "application/x-ndjson";

    public static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    public static final HttpField NDJSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, NDJSON_TYPE);
    public static final HttpField PROBLEM = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, PROBLEM_TYPE);
    public static final HttpField OCTETS = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/octet-stream");
    public static final HttpField ACCEPT_RANGES = new PreEncodedHttpField(HttpHeader.ACCEPT_RANGES, "bytes");
    public static final HttpField CLOSE = new PreEncodedHttpField(HttpHeader.CONNECTION, "close");
    public static final HttpField RETRY_SOON = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");
    public static final HttpField BASIC =
            new PreEncodedHttpField(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"hayloft\", charset=\"UTF-8\"");

    /** As {@link #BASIC}, for the console's page: of a scheme it does not know a browser makes no dialog of its own. */
    public static final HttpField SESSION =
            new PreEncodedHttpField(HttpHeader.WWW_AUTHENTICATE, "Session realm=\"hayloft\"");

    /** Lets a browser show what it is given, and run nothing of it. */
    public static final HttpField SANDBOX = new PreEncodedHttpField(
            "Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'");

    /** Sent by the console's page with every request. */
    public static final String CSRF = "X-Hayloft-Csrf";

    private Headers() {}
}
