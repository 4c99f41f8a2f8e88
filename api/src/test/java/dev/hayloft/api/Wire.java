package dev.hayloft.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP by hand over one connection: what is sent is exactly what a test says, well-formed or not. */
final class Wire implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Wire(String url) {
        URI uri = URI.create(url);
        try {
            socket = new Socket(uri.getHost(), uri.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * An answer.
     *
     * @param status 0 when the connection was closed instead
     * @param headers by lower-case name, the last of each
     * @param body as raw bytes, one character each
     */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }

        /** The code of a problem document. */
        String code() {
            int from = body.indexOf("urn:hayloft:problem:") + "urn:hayloft:problem:".length();
            return body.substring(from, body.indexOf('"', from));
        }
    }

    /** Sends characters as bytes of ISO 8859-1. */
    Wire send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads an answer to a request of this method. */
    Answer answer(String method) {
        try {
            String status = readLine();
            if (status.isEmpty()) {
                return new Answer(0, Map.of(), "");
            }
            int code = Integer.parseInt(status.split(" ")[1]);
            Map<String, String> headers = new TreeMap<>();
            for (String line = readLine(); !line.isEmpty(); line = readLine()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            boolean empty = method.equals("HEAD") || code == 204 || code == 304 || code / 100 == 1;
            return new Answer(code, headers, empty ? "" : body(headers));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Answer answer() {
        return answer("GET");
    }

    private String body(Map<String, String> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            int length = Integer.parseInt(headers.get("content-length"));
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new IOException("the body ends after " + bytes.length + " of " + length + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(readLine(), 16);
            bytes.writeBytes(in.readNBytes(length));
            readLine();
            if (length == 0) {
                return bytes.toString(StandardCharsets.ISO_8859_1);
            }
        }
    }

    /** Whether the server has closed the connection. */
    boolean isClosed() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Reads lines until one has this in it, and answers all of them. */
    String until(String part) {
        StringBuilder all = new StringBuilder();
        while (all.length() < 1 << 20) { // At its end a stream has empty lines for ever.
            String line = line();
            all.append(line).append('\n');
            if (line.contains(part)) {
                return all.toString();
            }
        }
        throw new AssertionError("no " + part);
    }

    /** One line of what comes, without its end. */
    String line() {
        try {
            return readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One chunk of a chunked body. */
    String chunk() {
        try {
            String size = readLine();
            size = size.isEmpty() ? readLine() : size; // The end of the chunk before comes with this one.
            byte[] bytes = in.readNBytes(Integer.parseInt(size, 16));
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
