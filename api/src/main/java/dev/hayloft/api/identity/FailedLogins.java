package dev.hayloft.api.identity;

import dev.hayloft.model.error.CapacityException;
import dev.hayloft.model.error.ErrorCode;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts failed logins by access key and address. Who fails too often within a minute is refused for the rest of it
 * without a look at the secret; who has logged in before with the same header is not asked, and neither is the same key
 * from another address. Bounded.
 *
 * <p><i>Threads:</i> any.
 */
public final class FailedLogins {
    static final int WHO_MAX = 10_000;
    private static final long WINDOW_MILLIS = 60_000;

    private final int perMinute;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Window> windows = new ConcurrentHashMap<>();

    public FailedLogins(int perMinute, InstantSource clock) {
        this.perMinute = perMinute;
        this.clock = clock;
    }

    private record Window(long startMillis, int count) {}

    private static String who(String accessKey, String address) {
        return (accessKey.length() > 64 ? accessKey.substring(0, 64) : accessKey) + " " + address;
    }

    /**
     * Makes sure that this one has not failed too often.
     *
     * @throws CapacityException {@code too-many-requests}, with the seconds to wait as {@code retryAfterSeconds}
     */
    void requireRoom(String accessKey, String address) {
        Window window = windows.get(who(accessKey, address));
        if (window == null || window.count() < perMinute) {
            return;
        }
        long leftMillis = window.startMillis() + WINDOW_MILLIS - clock.millis();
        if (leftMillis > 0) {
            throw new CapacityException(
                            ErrorCode.TOO_MANY_REQUESTS,
                            "Too many logins have failed with this access key from this address; wait.")
                    .with("accessKey", accessKey)
                    .with("retryAfterSeconds", (leftMillis + 999) / 1000);
        }
    }

    void failed(String accessKey, String address) {
        long nowMillis = clock.millis();
        if (windows.size() >= WHO_MAX) {
            windows.values().removeIf(window -> nowMillis - window.startMillis() >= WINDOW_MILLIS);
            if (windows.size() >= WHO_MAX) {
                windows.clear(); // So many at once are not one who guesses; memory matters more.
            }
        }
        windows.merge(
                who(accessKey, address),
                new Window(nowMillis, 1),
                (before, one) -> nowMillis - before.startMillis() >= WINDOW_MILLIS
                        ? one
                        : new Window(before.startMillis(), Math.min(perMinute, before.count()) + 1));
    }
}
