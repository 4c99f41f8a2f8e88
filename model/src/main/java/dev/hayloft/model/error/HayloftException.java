package dev.hayloft.model.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one family of errors. The message is a constant sentence, so that failures can be counted by it; what varies
 * stands in {@link #fields()}.
 *
 * <p><i>Threads:</i> built and filled by one thread before it is thrown or handed on; read-only from then on.
 */
public abstract sealed class HayloftException extends RuntimeException
        permits RequestException, CapacityException, CorruptionException, StoreClosedException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> fields = new LinkedHashMap<>();

    HayloftException(ErrorCode code, String message, boolean withStackTrace) {
        this(code, message, null, withStackTrace);
    }

    HayloftException(ErrorCode code, String message, @Nullable Throwable cause, boolean withStackTrace) {
        super(message, cause, true, withStackTrace);
        this.code = code;
    }

    /** The contract's code for this failure. */
    public final ErrorCode code() {
        return code;
    }

    /** The particulars, in the order they were added. */
    public final Map<String, Object> fields() {
        return Collections.unmodifiableMap(fields);
    }

    /** The constant sentence, followed by the particulars: what a person reads in a log or an answer. */
    public final String detail() {
        StringBuilder text = new StringBuilder(super.getMessage());
        if (!fields.isEmpty()) {
            text.append(' ');
            String separator = "(";
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                text.append(separator).append(field.getKey()).append(": ").append(quoted(field.getValue()));
                separator = ", ";
            }
            text.append(')');
        }
        return text.toString();
    }

    @Override
    public final String getMessage() {
        return detail();
    }

    final void add(String name, Object value) {
        fields.put(name, value);
    }

    private static String quoted(Object value) {
        return value instanceof Number || value instanceof Boolean ? value.toString() : "\"" + value + "\"";
    }
}
