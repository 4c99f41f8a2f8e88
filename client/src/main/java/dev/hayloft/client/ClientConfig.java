package dev.hayloft.client;

import java.net.URI;
import java.time.Duration;

/**
 * Where the server is and who asks.
 *
 * @param server the native REST API, for example {@code http://127.0.0.1:8080}
 * @param admin the operations API, for example {@code http://127.0.0.1:8081}; asked by {@link HayloftClient#operations}
 *     only
 * @param credentials sent with every request
 * @param connectTimeout longest wait for a connection, 1 ms to 1 day
 * @param readTimeout longest silence of the server inside an exchange, 1 ms to 1 day
 */
public record ClientConfig(
        URI server, URI admin, Credentials credentials, Duration connectTimeout, Duration readTimeout) {
    private static final Duration TIMEOUT_MAX = Duration.ofDays(1);

    public ClientConfig {
        for (Duration timeout : new Duration[] {connectTimeout, readTimeout}) {
            if (timeout.toMillis() < 1 || timeout.compareTo(TIMEOUT_MAX) > 0) {
                throw new IllegalArgumentException("a timeout is 1 ms to 1 day, not " + timeout);
            }
        }
    }

    /** A server whose admin port is 8081 of the same host, without identity, with timeouts of 10 s and 60 s. */
    public static ClientConfig of(URI server) {
        URI admin = URI.create(server.getScheme() + "://" + hostOf(server) + ":8081");
        return new ClientConfig(server, admin, Credentials.NONE, Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    private static String hostOf(URI server) {
        return server.getHost() == null ? "127.0.0.1" : server.getHost();
    }

    public ClientConfig withAdmin(URI url) {
        return new ClientConfig(server, url, credentials, connectTimeout, readTimeout);
    }

    public ClientConfig withCredentials(Credentials who) {
        return new ClientConfig(server, admin, who, connectTimeout, readTimeout);
    }

    public ClientConfig withTimeouts(Duration connect, Duration read) {
        return new ClientConfig(server, admin, credentials, connect, read);
    }
}
