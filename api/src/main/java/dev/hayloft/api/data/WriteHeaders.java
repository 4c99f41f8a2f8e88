package dev.hayloft.api.data;

import dev.hayloft.api.http.EntityTags;
import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Headers;
import dev.hayloft.model.Durability;
import dev.hayloft.model.Sha256;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.WriteCondition;
import dev.hayloft.store.WriteCondition.Tags;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * What a write says in its headers beside what is kept: conditions, digests, durability.
 *
 * @param condition of the write
 * @param durability asked for; empty: as the bucket is set
 * @param sha256 promised by the client
 * @param md5 promised by the client, in base64
 * @param ttl asked for; empty: as the bucket is set
 */
record WriteHeaders(
        WriteCondition condition,
        Optional<Durability> durability,
        Optional<Sha256> sha256,
        Optional<String> md5,
        Optional<Duration> ttl) {
    /** A hundred years. */
    private static final long TTL_SECONDS_MAX = 3_155_760_000L;

    private static final WriteHeaders NONE = new WriteHeaders(
            WriteCondition.NONE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    private static final int MD5_SIZE = 16;

    /**
     * Reads the headers.
     *
     * @throws RequestException {@code bad-parameter} for a value that cannot be
     */
    static WriteHeaders of(HttpFields headers) {
        Gathered gathered = null;
        for (HttpField field : headers) {
            HttpHeader header = field.getHeader();
            boolean interesting = header == null
                    ? field.getName().regionMatches(true, 0, "X-Hayloft-", 0, 10)
                    : header == HttpHeader.IF_MATCH
                            || header == HttpHeader.IF_NONE_MATCH
                            || header == HttpHeader.CONTENT_MD5;
            if (interesting) {
                gathered = gathered == null ? new Gathered() : gathered;
                gathered.put(field);
            }
        }
        return gathered == null ? NONE : gathered.result();
    }

    /**
     * The size that an append wants the object to have.
     *
     * @throws RequestException {@code bad-parameter} for what is no number, or for two
     */
    static OptionalLong offset(HttpFields headers) {
        List<String> values = headers.getValuesList(Headers.OFFSET);
        if (values.isEmpty()) {
            return OptionalLong.empty();
        }
        String value = values.get(0).strip();
        boolean digits = values.size() == 1 && !value.isEmpty() && value.length() <= 18;
        for (int i = 0; i < value.length(); i++) {
            digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (!digits) {
            throw Exchange.badHeader(
                    "An offset is the object's size in bytes, a decimal number.", Headers.OFFSET, value);
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    /** Whether the write hangs on the object's present state. */
    boolean isConditional() {
        return !condition.equals(WriteCondition.NONE);
    }

    /** The fields as they come. */
    private static final class Gathered {
        private @Nullable String ifMatch;
        private @Nullable String ifNoneMatch;
        private OptionalLong ifVersion = OptionalLong.empty();
        private Optional<Durability> durability = Optional.empty();
        private Optional<Sha256> sha256 = Optional.empty();
        private Optional<String> md5 = Optional.empty();
        private Optional<Duration> ttl = Optional.empty();

        void put(HttpField field) {
            String name = field.getName();
            String value = field.getValue() == null ? "" : field.getValue().strip();
            if (field.getHeader() == HttpHeader.IF_MATCH) {
                ifMatch = ifMatch == null ? value : ifMatch + "," + value;
            } else if (field.getHeader() == HttpHeader.IF_NONE_MATCH) {
                ifNoneMatch = ifNoneMatch == null ? value : ifNoneMatch + "," + value;
            } else if (field.getHeader() == HttpHeader.CONTENT_MD5) {
                md5 = Optional.of(md5(value));
            } else if (name.equalsIgnoreCase(Headers.IF_VERSION)) {
                ifVersion = OptionalLong.of(version(value));
            } else if (name.equalsIgnoreCase(Headers.DURABILITY)) {
                durability = Optional.of(durability(value));
            } else if (name.equalsIgnoreCase(Headers.SHA256)) {
                sha256 = Optional.of(sha256(value));
            } else if (name.equalsIgnoreCase(Headers.TTL)) {
                ttl = Optional.of(ttl(value));
            }
        }

        WriteHeaders result() {
            Optional<Tags> match = Optional.ofNullable(ifMatch).map(EntityTags::strong);
            Optional<Tags> noneMatch = Optional.ofNullable(ifNoneMatch).map(EntityTags::weak);
            boolean unconditional = ifVersion.isEmpty() && match.isEmpty() && noneMatch.isEmpty();
            WriteCondition condition =
                    unconditional ? WriteCondition.NONE : new WriteCondition(ifVersion, match, noneMatch);
            return new WriteHeaders(condition, durability, sha256, md5, ttl);
        }

        private static Duration ttl(String value) {
            boolean digits = !value.isEmpty() && value.length() <= 10;
            for (int i = 0; i < value.length(); i++) {
                digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
            }
            long seconds = digits ? Long.parseLong(value) : 0;
            if (seconds < 1 || seconds > TTL_SECONDS_MAX) {
                throw Exchange.badHeader("A time to live is 1 to 3155760000 whole seconds.", Headers.TTL, value);
            }
            return Duration.ofSeconds(seconds);
        }

        private static long version(String value) {
            boolean digits = !value.isEmpty() && value.length() <= 19;
            for (int i = 0; i < value.length(); i++) {
                digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
            }
            if (!digits || (value.length() == 19 && value.compareTo("9223372036854775807") > 0)) {
                throw Exchange.badHeader(
                        "A version is a decimal number, 0 for an absent object.", Headers.IF_VERSION, value);
            }
            return Long.parseLong(value);
        }

        private static Durability durability(String value) {
            return switch (value) {
                case "disk" -> Durability.DISK;
                case "memory" -> Durability.MEMORY;
                default -> throw Exchange.badHeader("Durability is disk or memory.", Headers.DURABILITY, value);
            };
        }

        private static Sha256 sha256(String value) {
            try {
                return Sha256.parse(value);
            } catch (IllegalArgumentException e) {
                throw Exchange.badHeader("A SHA-256 has 64 hex digits.", Headers.SHA256, value);
            }
        }

        private static String md5(String value) {
            try {
                byte[] digest = Base64.getDecoder().decode(value);
                if (digest.length == MD5_SIZE) {
                    return Base64.getEncoder().encodeToString(Arrays.copyOf(digest, MD5_SIZE));
                }
            } catch (IllegalArgumentException e) {
                // The sentence below says what would be right.
            }
            throw Exchange.badHeader("Content-MD5 is 16 bytes in base64.", Headers.CONTENT_MD5, value);
        }
    }

    /** Makes sure that the body is what the client promised. */
    void verify(Sha256 actualSha256, Optional<String> actualMd5) {
        if (sha256.isPresent() && !sha256.get().equals(actualSha256)) {
            throw new RequestException(ErrorCode.BAD_DIGEST, "The body is not what X-Hayloft-Sha256 says.")
                    .with("received", actualSha256.hex());
        }
        if (md5.isPresent() && !md5.equals(actualMd5)) {
            throw new RequestException(ErrorCode.BAD_DIGEST, "The body is not what Content-MD5 says.")
                    .with("received", actualMd5.orElse(""));
        }
    }
}
