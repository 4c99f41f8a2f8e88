package dev.hayloft.cli.place;

import dev.hayloft.model.Sha256;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * Objects by key, whatever keeps them.
 *
 * <p><i>Order:</i> {@link #list} answers keys by the bytes of their UTF-8, so that two places are compared as they are
 * walked.
 *
 * <p><i>Errors:</i> besides {@link IOException}, a {@link dev.hayloft.cli.session.CommandFailure} where a place cannot
 * hold a key or cannot be written at all, and the client's exception from a server.
 *
 * <p><i>Threads:</i> {@link #list} one; everything else any, also while a listing is walked.
 */
public interface Place extends Closeable {
    /** The header of a blob that names its media type. */
    String CONTENT_TYPE = "Content-Type";

    /** What the names of headers with user metadata begin with. */
    String META = "X-Hayloft-Meta-";

    /** The header with the content's digest, as its source states it; whoever stores the content refuses another. */
    String SHA256 = "X-Hayloft-Sha256";

    /**
     * One object of a listing.
     *
     * @param key its key, relative to the place
     * @param sizeBytes of its content
     * @param sha256 of its content, where the place knows it without reading
     */
    record Entry(String key, long sizeBytes, Optional<Sha256> sha256) {}

    /**
     * An object that is being read; whoever opened it closes it.
     *
     * @param stream the content
     * @param sizeBytes its length
     * @param headers what goes with it, as headers of a PUT; empty where a place keeps content alone
     */
    record Blob(InputStream stream, long sizeBytes, Map<String, String> headers) implements Closeable {
        private static final int COPY_SIZE = 128 << 10;

        /** A file's content. */
        static Blob of(Path file, Map<String, String> headers) throws IOException {
            return new Blob(Files.newInputStream(file), Files.size(file), headers);
        }

        /** Copies all of it, and fails when it is shorter or longer than it said. */
        void copyTo(OutputStream target) throws IOException {
            byte[] buffer = new byte[(int) Math.min(COPY_SIZE, Math.max(1, sizeBytes))];
            long total = 0;
            int count;
            while ((count = stream.read(buffer, 0, buffer.length)) >= 0) {
                target.write(buffer, 0, count);
                total += count;
            }
            if (total != sizeBytes) {
                throw new EOFException("the content has " + total + " bytes instead of " + sizeBytes
                        + ": it changed while it was copied; copy it again");
            }
        }

        /** The digest that the source states, if it knows one. */
        Optional<Sha256> sha256() {
            return Optional.ofNullable(headers.get(SHA256)).map(Sha256::parse);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /** What it is, for people. */
    String name();

    /** Whether the other lies within this one and is not the same, where both can tell. */
    default boolean overlaps(Place other) {
        return false;
    }

    /** All objects, in order. */
    Iterator<Entry> list() throws IOException;

    /** The object under a key, if there is one. */
    Optional<Blob> open(String key) throws IOException;

    /** Stores an object in place of what was there; whole or not at all. Does not close the blob. */
    void put(String key, Blob blob) throws IOException;

    /** Takes an object out; an absent one is out already. */
    void delete(String key) throws IOException;

    /** The digest of an entry, read from the content where the listing does not tell. Empty when it is gone. */
    default Optional<Sha256> digest(Entry entry) throws IOException {
        if (entry.sha256().isPresent()) {
            return entry.sha256();
        }
        Optional<Blob> found = open(entry.key());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Blob blob = found.get()) {
            MessageDigest digest = Sha256.newDigest();
            byte[] buffer = new byte[64 << 10];
            int count;
            while ((count = blob.stream().read(buffer, 0, buffer.length)) >= 0) {
                digest.update(buffer, 0, count);
            }
            return Optional.of(Sha256.of(digest));
        }
    }
}
