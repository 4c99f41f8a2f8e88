package dev.hayloft.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * As much of a server as takes records, by the contract's words: it stores each number of a producer once. What goes
 * wrong is laid down request by request.
 *
 * <p><i>Threads:</i> one serves, one connection after the other; what it has stored may be read by all.
 */
final class RecordsServer implements AutoCloseable {
    /** What a request meets. */
    enum Fate {
        /** All is well. */
        SERVE,
        /** The answer begins without 100 (Continue) before it. */
        SERVE_AT_ONCE,
        /** Refused for now, with when to come back. */
        UNAVAILABLE,
        /** Refused since an earlier request seems alive. */
        CONFLICT,
        /** Refused for good. */
        FORBIDDEN,
        /** The connection closes without an answer. */
        DROP,
        /** The first chunk is stored, then the connection closes without an acknowledgement. */
        STORE_AND_DROP,
        /** The first chunk is stored and acknowledged, then the connection closes. */
        ACKNOWLEDGE_AND_DROP
    }

    private static final String BAD = "bad";

    private final ServerSocket listener;
    private final Thread thread;
    private final Deque<Fate> fates = new ArrayDeque<>();
    private final List<String> stored = new ArrayList<>(); // Guarded by this, as all below.
    private final List<Long> sequences = new ArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private boolean held;
    private long next;

    RecordsServer(Fate... fates) {
        try {
            this.listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.fates.addAll(List.of(fates));
        this.thread = new Thread(this::serveAll, "records-server");
    }

    RecordsServer start() {
        thread.start();
        return this;
    }

    /** Reads nothing of a body until {@link #release}. */
    RecordsServer hold() {
        held = true;
        return this;
    }

    void release() {
        released.countDown();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** Keys and values in their order. */
    synchronized List<String> stored() {
        return List.copyOf(stored);
    }

    /** Numbers at which requests began. */
    synchronized List<Long> sequences() {
        return List.copyOf(sequences);
    }

    private void serveAll() {
        while (!listener.isClosed()) {
            try (Socket socket = listener.accept()) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean goesOn = true;
                while (goesOn) {
                    goesOn = serve(in, socket.getOutputStream());
                }
            } catch (IOException | InterruptedException broken) {
                // The client went away, or the test is over: the loop's condition tells.
            }
        }
    }

    private boolean serve(InputStream in, OutputStream out) throws IOException, InterruptedException {
        long first = -1;
        boolean lines = false;
        String line = line(in);
        if (line.isEmpty()) {
            return false;
        }
        for (; !line.isEmpty(); line = line(in)) {
            if (line.startsWith("X-Hayloft-Sequence: ")) {
                first = Long.parseLong(line.substring(20));
            }
            lines |= line.equals("Content-Type: application/x-ndjson");
        }
        synchronized (this) {
            sequences.add(first);
        }
        Fate fate = fates.isEmpty() ? Fate.SERVE : fates.pop();
        switch (fate) {
            case UNAVAILABLE -> refuse(out, 503, "unavailable");
            case CONFLICT -> refuse(out, 409, "conflict");
            case FORBIDDEN -> refuse(out, 403, "forbidden");
            case DROP -> {
                return false;
            }
            default -> {
                return take(in, out, first, lines, fate);
            }
        }
        return false;
    }

    private boolean take(InputStream in, OutputStream out, long first, boolean lines, Fate fate)
            throws IOException, InterruptedException {
        say(out, fate == Fate.SERVE_AT_ONCE ? "" : "HTTP/1.1 100 Continue\r\n\r\n");
        say(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        if (held) {
            released.await();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long records = 0;
        int at = 0;
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.write(in.readNBytes(size));
            line(in);
            List<String> found = lines ? linesFrom(body.toByteArray(), at) : recordsFrom(body.toByteArray(), at);
            at = body.size();
            for (String record : found) {
                if (record.startsWith(BAD)) {
                    acknowledge(out, records);
                    chunk(
                            out,
                            "{\"error\":" + problem(400, "bad-record") + ",\"record\":" + records + ",\"acked\":"
                                    + records + "}\n");
                    say(out, "0\r\n\r\n");
                    return false;
                }
                store(first + records, record);
                records++;
            }
            if (fate == Fate.STORE_AND_DROP) {
                return false;
            }
            acknowledge(out, records);
            if (fate == Fate.ACKNOWLEDGE_AND_DROP) {
                return false;
            }
        }
        line(in);
        chunk(out, "{\"done\":true,\"records\":" + records + ",\"bytes\":0}\n");
        say(out, "0\r\n\r\n");
        return true;
    }

    private synchronized void store(long number, String record) {
        if (number >= next) {
            stored.add(record);
            next = number + 1;
        }
    }

    /** Whole records: every chunk of the client ends with one. */
    private static List<String> recordsFrom(byte[] bytes, int at) throws IOException {
        List<String> found = new ArrayList<>();
        DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes, at, bytes.length - at));
        while (data.available() > 0) {
            int op = data.readUnsignedByte();
            data.readUnsignedByte();
            int keySize = data.readUnsignedShort();
            int metadataSize = data.readInt();
            int valueSize = data.readInt();
            String key = new String(data.readNBytes(keySize), StandardCharsets.UTF_8);
            String metadata = new String(data.readNBytes(metadataSize), StandardCharsets.UTF_8);
            String value = new String(data.readNBytes(valueSize), StandardCharsets.UTF_8);
            found.add(key + (op == 1 ? "=" + value : " deleted") + metadata);
        }
        return found;
    }

    private static List<String> linesFrom(byte[] bytes, int at) {
        return new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private static void refuse(OutputStream out, int status, String code) throws IOException {
        String problem = problem(status, code);
        say(
                out,
                "HTTP/1.1 " + status + " No\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: "
                        + problem.length() + "\r\n\r\n" + problem);
    }

    private static String problem(int status, String code) {
        return "{\"type\":\"urn:hayloft:problem:" + code + "\",\"title\":\"No\",\"status\":" + status
                + ",\"detail\":\"no\",\"instance\":\"r\"}";
    }

    private static void acknowledge(OutputStream out, long records) throws IOException {
        chunk(out, "{\"acked\":" + records + "}\n");
    }

    private static void chunk(OutputStream out, String text) throws IOException {
        say(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws Exception {
        release();
        listener.close();
        thread.join();
    }
}
