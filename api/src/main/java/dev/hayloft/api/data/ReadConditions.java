package dev.hayloft.api.data;

import dev.hayloft.api.http.EntityTags;
import dev.hayloft.api.http.HttpDate;
import dev.hayloft.store.ObjectInfo;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** The conditional headers and the range of a read, gathered in one walk over the request's headers. */
final class ReadConditions {
    /** What the conditions say, in the order of RFC 9110, section 13.2.2. */
    enum Verdict {
        GO_ON,
        NOT_MODIFIED,
        FAILED
    }

    private static final ReadConditions NONE = new ReadConditions();

    private @Nullable String ifMatch;
    private @Nullable String ifNoneMatch;
    private @Nullable String ifModifiedSince;
    private @Nullable String ifUnmodifiedSince;
    private @Nullable String ifRange;
    private @Nullable String range;

    private ReadConditions() {}

    static ReadConditions of(HttpFields headers) {
        ReadConditions conditions = NONE;
        for (HttpField field : headers) {
            HttpHeader header = field.getHeader();
            if (header == null) {
                continue;
            }
            switch (header) {
                case IF_MATCH, IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE, IF_RANGE, RANGE -> {
                    conditions = conditions == NONE ? new ReadConditions() : conditions;
                    conditions.put(header, field.getValue());
                }
                default -> {}
            }
        }
        return conditions;
    }

    private void put(HttpHeader header, @Nullable String given) {
        String value = given == null ? "" : given;
        switch (header) {
            case IF_MATCH -> ifMatch = joined(ifMatch, value);
            case IF_NONE_MATCH -> ifNoneMatch = joined(ifNoneMatch, value);
            case IF_MODIFIED_SINCE -> ifModifiedSince = value;
            case IF_UNMODIFIED_SINCE -> ifUnmodifiedSince = value;
            case IF_RANGE -> ifRange = value;
            default -> range = range == null ? value : "more than one"; // Malformed, so ignored.
        }
    }

    private static String joined(@Nullable String before, String value) {
        return before == null ? value : before + "," + value;
    }

    /** Whether there is a condition that an absent object cannot meet. */
    boolean needsObject() {
        return ifMatch != null;
    }

    Verdict judge(ObjectInfo info) {
        if (this == NONE) {
            return Verdict.GO_ON;
        }
        if (ifMatch != null) {
            if (!EntityTags.strong(ifMatch).contains(info.etag())) {
                return Verdict.FAILED;
            }
        } else if (ifUnmodifiedSince != null
                && isModifiedAfter(info, ifUnmodifiedSince).orElse(false)) {
            return Verdict.FAILED;
        }
        if (ifNoneMatch != null) {
            return EntityTags.weak(ifNoneMatch).contains(info.etag()) ? Verdict.NOT_MODIFIED : Verdict.GO_ON;
        }
        if (ifModifiedSince != null && !isModifiedAfter(info, ifModifiedSince).orElse(true)) {
            return Verdict.NOT_MODIFIED;
        }
        return Verdict.GO_ON;
    }

    private static Optional<Boolean> isModifiedAfter(ObjectInfo info, String date) {
        return HttpDate.parse(date).map(second -> info.lastModified().getEpochSecond() > second);
    }

    /** The range to be answered; empty when there is none or {@code If-Range} names another content. */
    Optional<String> range(ObjectInfo info) {
        if (range == null || (ifRange != null && !isSame(info, ifRange))) {
            return Optional.empty();
        }
        return Optional.of(range);
    }

    private static boolean isSame(ObjectInfo info, String validator) {
        String text = validator.strip();
        if (text.startsWith("\"") || text.startsWith("W/")) {
            return EntityTags.strong(text).contains(info.etag());
        }
        return HttpDate.parse(text)
                .map(second -> info.lastModified().getEpochSecond() == second)
                .orElse(false);
    }
}
