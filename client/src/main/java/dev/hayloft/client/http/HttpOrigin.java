package dev.hayloft.client.http;

import java.net.URI;
import java.util.Locale;

/**
 * Where requests go.
 *
 * @param tls whether to speak TLS
 * @param host name or address, an IPv6 address without brackets
 * @param port 1..65535
 * @param path what stands before every target, without a slash at its end; mostly empty
 */
public record HttpOrigin(boolean tls, String host, int port, String path) {

    /**
     * The origin of a URL such as {@code http://127.0.0.1:8080}.
     *
     * @throws IllegalArgumentException with a sentence when it is no http or https URL of a host
     */
    public static HttpOrigin of(URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        if (url.getHost() == null || !(tls || scheme.equals("http"))) {
            throw new IllegalArgumentException(
                    "\"" + url + "\" is no URL of a server; one looks like http://127.0.0.1:8080");
        }
        String host = url.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = url.getPort() > 0 ? url.getPort() : tls ? 443 : 80;
        String path = url.getRawPath() == null ? "" : url.getRawPath();
        return new HttpOrigin(tls, host, port, path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    /** The value of the {@code Host} header. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + authority() + path;
    }
}
