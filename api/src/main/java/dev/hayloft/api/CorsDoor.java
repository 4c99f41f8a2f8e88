package dev.hayloft.api;

import dev.hayloft.api.http.Exchange;
import dev.hayloft.api.http.Front;
import dev.hayloft.model.BucketName;
import dev.hayloft.model.CorsRule;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import dev.hayloft.store.Bucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * What a bucket tells browsers about pages of other origins: the answer to their question beforehand (preflight), and
 * headers on every other answer, problems included. A browser sends no key with its question, so it is answered to
 * anybody. Only the data port has this door: the console's port is for the console's page alone.
 */
final class CorsDoor {
    private static final String ASKED_METHOD = "Access-Control-Request-Method";
    private static final String ASKED_HEADERS = "Access-Control-Request-Headers";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";
    private static final String ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials";
    private static final HttpField VARY = new HttpField(HttpHeader.VARY, "Origin");
    private static final HttpField VARY_PREFLIGHT =
            new HttpField(HttpHeader.VARY, "Origin, " + ASKED_METHOD + ", " + ASKED_HEADERS);

    private final Front front;

    CorsDoor(Front front) {
        this.front = front;
    }

    /** Whether the request was a browser's question beforehand, which is then answered; otherwise marks its answer. */
    boolean answers(Exchange exchange, String bucket) {
        HttpFields headers = exchange.request().getHeaders();
        String origin = headers.get(HttpHeader.ORIGIN);
        String asked = headers.get(ASKED_METHOD);
        boolean options = exchange.request().getMethod().equals("OPTIONS");
        if (options && origin != null && asked != null) {
            preflight(exchange, bucket, origin, asked);
            return true;
        }
        List<CorsRule> rules = rules(bucket);
        if (!rules.isEmpty()) {
            mark(exchange, VARY); // Also where no origin is named: a cache must not give this answer to a page.
            if (origin != null) {
                rules.stream()
                        .filter(rule -> rule.allows(origin, exchange.request().getMethod()))
                        .findFirst()
                        .ifPresent(rule -> allow(exchange, rule, origin));
            }
        }
        return false;
    }

    private List<CorsRule> rules(String bucket) {
        Optional<Bucket> found;
        try {
            found = front.store().findBucket(new BucketName(bucket));
        } catch (RequestException noName) {
            return List.of(); // The call itself says so.
        }
        return found.map(known -> known.settings().cors()).orElse(List.of());
    }

    private static void allow(Exchange exchange, CorsRule rule, String origin) {
        mark(exchange, new HttpField(ALLOW_ORIGIN, rule.anyOrigin() ? CorsRule.ANY : origin));
        if (rule.credentials()) {
            mark(exchange, new HttpField(ALLOW_CREDENTIALS, "true"));
        }
        if (!rule.exposed().isEmpty()) {
            mark(exchange, new HttpField("Access-Control-Expose-Headers", String.join(", ", rule.exposed())));
        }
    }

    /** A header of the answer, also should it be a problem. */
    private static void mark(Exchange exchange, HttpField field) {
        exchange.headers().put(field);
        exchange.problemHeader(field);
    }

    private void preflight(Exchange exchange, String bucket, String origin, String method) {
        List<String> names = names(exchange.request().getHeaders());
        Optional<CorsRule> rule = rules(bucket).stream()
                .filter(each -> each.allows(origin, method) && names.stream().allMatch(each::allowsHeader))
                .findFirst();
        exchange.headers().put(VARY_PREFLIGHT);
        exchange.problemHeader(VARY_PREFLIGHT);
        if (rule.isEmpty()) {
            throw new RequestException(ErrorCode.FORBIDDEN, "The bucket does not let pages of this origin do this.")
                    .with("origin", origin)
                    .with("method", method)
                    .with("headers", String.join(", ", names));
        }
        HttpFields.Mutable headers = exchange.headers();
        headers.put(ALLOW_ORIGIN, rule.get().anyOrigin() ? CorsRule.ANY : origin);
        headers.put("Access-Control-Allow-Methods", String.join(", ", rule.get().methods()));
        if (!names.isEmpty()) {
            headers.put("Access-Control-Allow-Headers", String.join(", ", names));
        }
        if (rule.get().credentials()) {
            headers.put(ALLOW_CREDENTIALS, "true");
        }
        rule.get().maxAgeSeconds().ifPresent(seconds -> headers.put("Access-Control-Max-Age", seconds.toString()));
        exchange.answer(204);
    }

    private static List<String> names(HttpFields headers) {
        List<String> names = new ArrayList<>();
        for (String value : headers.getValuesList(ASKED_HEADERS)) {
            for (String name : value.split(",", -1)) {
                if (!name.isBlank()) {
                    names.add(name.strip());
                }
            }
        }
        return names;
    }
}
