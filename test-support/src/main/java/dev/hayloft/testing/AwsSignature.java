package dev.hayloft.testing;

import com.sun.net.httpserver.HttpExchange;
import dev.hayloft.model.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures of S3 requests in the header, version 4, written from the public description of the algorithm. */
final class AwsSignature {
    private static final Pattern HEADER =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/]+)/(([0-9]{8})/([^/]+)/s3/aws4_request),"
                    + " *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})");

    private AwsSignature() {}

    /** The access key that a request names. */
    static Optional<String> accessKey(HttpExchange exchange) {
        Matcher header = HEADER.matcher(header(exchange, "Authorization"));
        return header.matches() ? Optional.of(header.group(1)) : Optional.empty();
    }

    /** Whether a request is signed with this secret, and its body is the one that was signed. */
    static boolean isRight(HttpExchange exchange, String secret, byte[] body) {
        Matcher header = HEADER.matcher(header(exchange, "Authorization"));
        String payload = header(exchange, "x-amz-content-sha256");
        if (!header.matches() || !payload.equals("UNSIGNED-PAYLOAD") && !payload.equals(hex(body))) {
            return false;
        }
        String names = header.group(5);
        String headers = Arrays.stream(names.split(";", -1))
                .map(name -> name + ":" + header(exchange, name).strip().replaceAll(" +", " ") + "\n")
                .collect(Collectors.joining());
        String query =
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
        String sorted = query.isEmpty()
                ? ""
                : Arrays.stream(query.split("&", -1))
                        .map(pair -> pair.contains("=") ? pair : pair + "=")
                        .sorted(Comparator.comparing((String pair) -> pair.substring(0, pair.indexOf('='))))
                        .collect(Collectors.joining("&"));
        String request = String.join(
                "\n",
                exchange.getRequestMethod().toUpperCase(Locale.ROOT),
                exchange.getRequestURI().getRawPath(),
                sorted,
                headers,
                names,
                payload);
        String text = String.join(
                "\n",
                "AWS4-HMAC-SHA256",
                header(exchange, "x-amz-date"),
                header.group(2),
                hex(request.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String step : header.group(2).split("/", -1)) {
            key = mac(key, step);
        }
        return HexFormat.of().formatHex(mac(key, text)).equals(header.group(6));
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private static String hex(byte[] bytes) {
        return Sha256.of(ByteBuffer.wrap(bytes)).hex();
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
