package dev.hayloft.adminui;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The console's files, from the class path: our own, and below {@code lib/} those of the libraries, whose folders there
 * carry version numbers that our pages do not know. Nothing is built and nothing is fetched from elsewhere.
 *
 * <p><i>Threads:</i> any. The first request of a file reads it; there are a few dozen, and they stay in memory.
 */
public final class ConsoleFiles {
    /** The page itself. */
    public static final String INDEX = "index.html";

    private static final String OWN = "/dev/hayloft/adminui/console/";
    private static final String LIBRARY = "lib/";
    private static final Pattern PATH = Pattern.compile("(?:[a-z0-9_-]+/)*[a-z0-9_-]+(?:\\.[a-z]+)+");
    private static final Map<String, String> LIBRARIES = Map.of(
            "lit",
            "lit",
            "lit-element",
            "lit-element",
            "lit-html",
            "lit-html",
            "reactive-element",
            "lit__reactive-element");
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");
    private static final String MAP_BEGIN = "<script type=\"importmap\">";
    private static final String MAP_END = "</script>";

    private final Map<String, ConsoleFile> files = new ConcurrentHashMap<>();
    private final Map<String, String> folders = new ConcurrentHashMap<>();
    private final String policy;

    private ConsoleFiles(String policy) {
        this.policy = policy;
    }

    /** The files of this class path. */
    public static ConsoleFiles open() {
        byte[] page = bytes(OWN + INDEX).orElseThrow(() -> new AssertionError("the console has its page"));
        return new ConsoleFiles(policy(new String(page, StandardCharsets.UTF_8)));
    }

    /**
     * The page may load what this server serves and nothing else, and may run no script of its own text but the map of
     * its modules, which the digest names. What a view renders is made by lit alone.
     */
    private static String policy(String page) {
        int from = page.indexOf(MAP_BEGIN) + MAP_BEGIN.length();
        int to = page.indexOf(MAP_END, from);
        String map = page.substring(from, to);
        String digest = Base64.getEncoder().encodeToString(sha256(map.getBytes(StandardCharsets.UTF_8)));
        return "default-src 'none'; script-src 'self' 'sha256-" + digest + "'; style-src 'self'; connect-src 'self';"
                + " img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none';"
                + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
    }

    /** What {@code Content-Security-Policy} has to say with the page. */
    public String contentSecurityPolicy() {
        return policy;
    }

    /**
     * A file.
     *
     * @param path without a slash in front
     * @return empty when there is no such file
     */
    public Optional<ConsoleFile> find(String path) {
        ConsoleFile known = files.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        if (!PATH.matcher(path).matches()) {
            return Optional.empty();
        }
        String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
        Optional<byte[]> content =
                type == null ? Optional.empty() : resource(path).flatMap(ConsoleFiles::bytes);
        if (type == null || content.isEmpty()) {
            return Optional.empty();
        }
        String etag = '"' + HexFormat.of().formatHex(sha256(content.get()), 0, 16) + '"';
        ConsoleFile file = new ConsoleFile(ByteBuffer.wrap(content.get()), type, etag);
        files.put(path, file);
        return Optional.of(file);
    }

    private Optional<String> resource(String path) {
        if (!path.startsWith(LIBRARY)) {
            return Optional.of(OWN + path);
        }
        int slash = path.indexOf('/', LIBRARY.length());
        String library = slash < 0 ? null : LIBRARIES.get(path.substring(LIBRARY.length(), slash));
        return library == null
                ? Optional.empty()
                : Optional.of(folders.computeIfAbsent(library, ConsoleFiles::folder) + path.substring(slash));
    }

    /** Where a library's jar keeps its files, which only the jar itself knows. */
    private static String folder(String library) {
        String name = "/META-INF/maven/org.webjars.npm/" + library + "/pom.properties";
        Properties properties = new Properties();
        try (InputStream stream = ConsoleFiles.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new AssertionError("the class path has " + library);
            }
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/" + library + "/" + properties.getProperty("version");
    }

    private static Optional<byte[]> bytes(String resource) {
        try (InputStream stream = ConsoleFiles.class.getResourceAsStream(resource)) {
            return stream == null ? Optional.empty() : Optional.of(stream.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
