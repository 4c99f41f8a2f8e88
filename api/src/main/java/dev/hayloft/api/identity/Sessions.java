package dev.hayloft.api.identity;

import dev.hayloft.api.http.Headers;
import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.RequestException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of the console. A session stands for the {@code Authorization} header that began it, which is checked anew
 * at every request: a key that is taken back ends its sessions with it. Sessions live in memory and end with the
 * process.
 *
 * <p>A browser sends a cookie along whoever made the page: so the cookie is {@code SameSite=Strict}, and a request that
 * changes something must also carry a header that pages of other origins cannot set.
 *
 * <p><i>Threads:</i> any.
 */
public final class Sessions {
    static final int SESSIONS_MAX = 1024;
    private static final Duration IDLE_MAX = Duration.ofHours(12);
    private static final int ID_BYTES = 32;

    private final SecureRandom random;
    private final InstantSource clock;
    private final Map<String, Session> sessions = new LinkedHashMap<>(); // Guarded by itself; the oldest first.

    public Sessions(SecureRandom random, InstantSource clock) {
        this.random = random;
        this.clock = clock;
    }

    /**
     * Begins a session.
     *
     * @param authorization the header that was checked
     * @return the value of {@code Set-Cookie}
     */
    public String begin(Request request, String authorization) {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (sessions) {
            dropIdle();
            Iterator<String> oldest = sessions.keySet().iterator();
            if (sessions.size() >= SESSIONS_MAX && oldest.hasNext()) {
                oldest.next();
                oldest.remove();
            }
            sessions.put(id, new Session(authorization, clock.instant()));
        }
        return cookie(request, id, "");
    }

    /** Ends the session of a request, if it has one; answers the value of {@code Set-Cookie}. */
    public String end(Request request) {
        Optional<String> id = id(request);
        synchronized (sessions) {
            id.ifPresent(sessions::remove);
        }
        return cookie(request, "", "; Max-Age=0");
    }

    /**
     * The {@code Authorization} of a request: its own, or else that of its session; null when it has neither.
     *
     * @throws RequestException {@code forbidden} when a session is used for a change without {@link Headers#CSRF}
     */
    public @Nullable String authorization(Request request) {
        String own = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (own != null) {
            return own;
        }
        Optional<String> id = id(request);
        if (id.isEmpty()) {
            return null;
        }
        String authorization;
        synchronized (sessions) {
            Session session = sessions.remove(id.get());
            if (session == null || isIdle(session)) {
                return null;
            }
            authorization = session.authorization();
            sessions.put(id.get(), new Session(authorization, clock.instant()));
        }
        if (!isRead(request) && !isOwnPage(request)) {
            throw new RequestException(
                    ErrorCode.FORBIDDEN, "A change by a console session must carry the header X-Hayloft-Csrf.");
        }
        return authorization;
    }

    private static boolean isRead(Request request) {
        return HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    }

    /** Other origins cannot set the header without asking first, and browsers say where a request comes from. */
    private static boolean isOwnPage(Request request) {
        String site = request.getHeaders().get("Sec-Fetch-Site");
        return request.getHeaders().contains(Headers.CSRF)
                && (site == null || site.equals("same-origin") || site.equals("none"));
    }

    private void dropIdle() {
        sessions.values().removeIf(this::isIdle);
    }

    private boolean isIdle(Session session) {
        return session.usedAt().plus(IDLE_MAX).isBefore(clock.instant());
    }

    private static Optional<String> id(Request request) {
        String name = cookieName(request);
        for (HttpCookie cookie : Request.getCookies(request)) {
            if (cookie.getName().equals(name) && !cookie.getValue().isEmpty()) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    private static String cookie(Request request, String value, String more) {
        String secure = request.isSecure() ? "; Secure" : "";
        return cookieName(request) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" + secure + more;
    }

    /** Cookies know no ports: two servers on one host must not end each other's sessions. */
    private static String cookieName(Request request) {
        return "hayloft-session-" + Request.getLocalPort(request);
    }

    private record Session(String authorization, Instant usedAt) {
        @Override
        public String toString() {
            return "Session[" + usedAt + "]"; // Never the header: it would end up in a log.
        }
    }
}
