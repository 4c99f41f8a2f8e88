package dev.hayloft.client.http;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One request.
 *
 * @param method upper case
 * @param target raw path and query, percent-encoded by the caller
 * @param headers by name; {@code Host} and the body's framing are added by the connection
 * @param body what is sent
 */
public record HttpRequest(String method, String target, Map<String, String> headers, HttpBody body) {
    /** From this size on the server is asked first whether it wants the body. */
    static final long EXPECT_CONTINUE_SIZE = 1 << 20;

    public HttpRequest {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    boolean expectsContinue() {
        return body.sizeBytes() >= EXPECT_CONTINUE_SIZE || body.sizeBytes() == HttpBody.UNKNOWN_SIZE;
    }

    /** The head as it goes on the wire. */
    byte[] head(HttpOrigin origin) {
        StringBuilder head = new StringBuilder(256);
        head.append(method).append(' ').append(origin.path()).append(target).append(" HTTP/1.1\r\n");
        add(head, "Host", origin.authority());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            add(head, header.getKey(), header.getValue());
        }
        if (body.sizeBytes() == HttpBody.UNKNOWN_SIZE) {
            add(head, "Transfer-Encoding", "chunked");
        } else if (body != HttpBody.NONE || method.equals("PUT") || method.equals("POST")) {
            add(head, "Content-Length", Long.toString(body.sizeBytes()));
        }
        if (expectsContinue()) {
            add(head, "Expect", "100-continue");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void add(StringBuilder head, String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' && value.charAt(i) != '\t' || value.charAt(i) == 0x7f) {
                throw new IllegalArgumentException("the header " + name + " must not hold control characters");
            }
        }
        head.append(name).append(": ").append(value).append("\r\n");
    }
}
