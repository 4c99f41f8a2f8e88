package dev.hayloft.api.records;

import dev.hayloft.model.ObjectAttributes;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds attributes from what JSON says, under the rules that headers obey.
 *
 * <p><i>Threads:</i> one at a time.
 */
public final class RecordAttributes {
    private static final int CONTENT_TYPE_LENGTH_MAX = 255;
    private static final int NAME_LENGTH_MAX = 64;

    private final ErrorCode code;
    private final long metadataMaxBytes;
    private final Map<String, String> metadata = new TreeMap<>();
    private Optional<String> contentType = Optional.empty();

    /**
     * Nothing yet.
     *
     * @param code of what is thrown when something is wrong
     */
    public RecordAttributes(ErrorCode code, long metadataMaxBytes) {
        this.code = code;
        this.metadataMaxBytes = metadataMaxBytes;
    }

    /** Sets the content type. */
    public void contentType(String value) {
        String stripped = value.strip();
        if (stripped.isEmpty() || stripped.length() > CONTENT_TYPE_LENGTH_MAX || !isText(stripped)) {
            throw new RequestException(code, "A content type has 1 to 255 characters and no control characters.")
                    .with("contentType", value.length() > 300 ? value.substring(0, 300) : value);
        }
        contentType = Optional.of(stripped);
    }

    /** Adds an entry of user metadata. */
    public void metadata(String name, String value) {
        String lower = checkedName(name, code);
        if (!isText(value)) {
            throw new RequestException(code, "A metadata value must not hold control characters or lone surrogates.")
                    .with("name", lower);
        }
        if (metadata.put(lower, value) != null) {
            throw new RequestException(code, "A metadata name may come only once.").with("name", lower);
        }
    }

    /** The name in lower case, when it may be one. */
    public static String checkedName(String name, ErrorCode code) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean good = !lower.isEmpty() && lower.length() <= NAME_LENGTH_MAX;
        for (int i = 0; i < lower.length() && good; i++) {
            char c = lower.charAt(i);
            good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        }
        if (!good) {
            throw new RequestException(code, "A metadata name has 1 to 64 of a-z 0-9 _ . -")
                    .with("name", name.length() > 100 ? name.substring(0, 100) : name);
        }
        return lower;
    }

    private static boolean isText(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c)) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == value.length()
                        || !Character.isLowSurrogate(value.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** What has been gathered. */
    public ObjectAttributes result(String defaultContentType) {
        long bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            bytes += entry.getKey().length() + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > metadataMaxBytes) {
            throw new RequestException(code, "User metadata, names and values together, takes too many bytes.")
                    .with("bytes", bytes)
                    .with("maxBytes", metadataMaxBytes);
        }
        String type = contentType.orElse(defaultContentType);
        return metadata.isEmpty() && type.equals(ObjectAttributes.DEFAULT_CONTENT_TYPE)
                ? ObjectAttributes.NONE
                : new ObjectAttributes(type, Map.of(), metadata);
    }
}
