package dev.hayloft.cli.place;

import dev.hayloft.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What goes with an object, between the headers of a PUT and S3: the content type, and user metadata, of which S3 keeps
 * US-ASCII alone. A value with other characters is stored as an encoded word of RFC 2047, as S3 itself shows such.
 */
final class S3Headers {
    /** SHA-256 of the content, and how many bytes it was taken over. */
    static final String DIGEST = "hayloft-sha256";

    static final String SIZE = "hayloft-size";

    private static final String WORD_BEGIN = "=?UTF-8?B?";
    private static final String WORD_END = "?=";

    private S3Headers() {}

    static Optional<String> contentType(Map<String, String> headers) {
        return Optional.ofNullable(headers.get(Place.CONTENT_TYPE));
    }

    /** User metadata of what is put; with the digest where it is known. */
    static Map<String, String> metadata(Map<String, String> headers, Optional<Sha256> digest, long sizeBytes) {
        Map<String, String> metadata = new LinkedHashMap<>();
        headers.forEach((name, value) -> {
            if (name.startsWith(Place.META)) {
                metadata.put(name.substring(Place.META.length()), encode(value));
            }
        });
        digest.ifPresent(sha256 -> {
            metadata.put(DIGEST, sha256.hex());
            metadata.put(SIZE, Long.toString(sizeBytes));
        });
        return metadata;
    }

    /** What stands in S3, as headers of a PUT. */
    static Map<String, String> read(String contentType, Map<String, String> metadata) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(Place.CONTENT_TYPE, contentType);
        metadata.forEach((name, value) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!lower.equals(DIGEST) && !lower.equals(SIZE)) {
                headers.put(Place.META + lower, decode(value));
            }
        });
        return headers;
    }

    /** The digest that was written with the object, as long as the content still has the length it was taken over. */
    static Optional<Sha256> digest(Map<String, String> metadata, long sizeBytes) {
        String hex = metadata.getOrDefault(DIGEST, "");
        boolean fits = metadata.getOrDefault(SIZE, "").equals(Long.toString(sizeBytes));
        return fits && hex.matches("[0-9a-f]{64}") ? Optional.of(Sha256.parse(hex)) : Optional.empty();
    }

    private static String encode(String value) {
        boolean plain = value.chars().allMatch(c -> c >= ' ' && c < 0x7f) && !value.startsWith("=?");
        return plain
                ? value
                : WORD_BEGIN + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + WORD_END;
    }

    private static String decode(String value) {
        boolean word = value.regionMatches(true, 0, WORD_BEGIN, 0, WORD_BEGIN.length()) && value.endsWith(WORD_END);
        if (!word) {
            return value;
        }
        String base64 = value.substring(WORD_BEGIN.length(), value.length() - WORD_END.length());
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value; // Somebody else's, and to be kept as it is.
        }
    }
}
