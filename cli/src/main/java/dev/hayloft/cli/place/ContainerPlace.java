package dev.hayloft.cli.place;

import com.github.luben.zstd.ZstdInputStream;
import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.InflaterInputStream;

/**
 * A container of disk-objectstore or rsdos, to be read: loose files {@code loose/ab/cdef…} and packs, whose index is
 * the SQLite file {@code packs.idx}. Keys are the SHA-256 of the content. A packed object may be deflated or, as rsdos
 * writes it, a zstd frame, whatever the container's settings say: the first bytes decide.
 */
final class ContainerPlace implements Place {
    private static final int ZSTD_MAGIC = 0xFD2FB528;

    private record Packed(long pack, long offset, long storedBytes, long sizeBytes, boolean compressed) {}

    private final Path root;
    private final Map<String, Packed> packed; // Read once, not changed.

    private ContainerPlace(Path root, Map<String, Packed> packed) {
        this.root = root;
        this.packed = packed;
    }

    static ContainerPlace open(Path root) throws IOException {
        if (!Files.isRegularFile(root.resolve("config.json")) || !Files.isDirectory(root.resolve("loose"))) {
            throw new CommandFailure(root + " is no container: config.json and loose/ are missing");
        }
        return new ContainerPlace(root, readIndex(root.resolve("packs.idx")));
    }

    private static Map<String, Packed> readIndex(Path index) throws IOException {
        Map<String, Packed> packed = new TreeMap<>();
        if (!Files.exists(index)) {
            return packed;
        }
        String query = "SELECT hashkey, pack_id, \"offset\", length, size, compressed FROM db_object";
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + index);
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Packed place = new Packed(
                        rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5), rows.getBoolean(6));
                packed.put(rows.getString(1), place);
            }
            return packed;
        } catch (SQLException e) {
            throw new IOException("cannot read " + index + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "container:" + root;
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        Map<String, Entry> entries = new TreeMap<>(); // Hexadecimal digits sort as their bytes do.
        packed.forEach((key, place) -> entries.put(key, entry(key, place.sizeBytes())));
        Iterator<Entry> loose = new FolderPlace(root.resolve("loose")).list();
        while (loose.hasNext()) {
            Entry file = loose.next();
            String key = file.key().replace("/", "");
            if (key.matches("[0-9a-f]{64}")) {
                entries.put(key, entry(key, file.sizeBytes()));
            }
        }
        return entries.values().iterator();
    }

    /** The key is a digest, but only reading shows whether the content still has it. */
    private static Entry entry(String key, long sizeBytes) {
        return new Entry(key, sizeBytes, Optional.empty());
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        if (!key.matches("[0-9a-f]{64}")) {
            return Optional.empty();
        }
        Path loose = root.resolve("loose").resolve(key.substring(0, 2)).resolve(key.substring(2));
        if (Files.isRegularFile(loose)) {
            return Optional.of(verified(key, Blob.of(loose, Map.of())));
        }
        Packed place = packed.get(key);
        return place == null ? Optional.empty() : Optional.of(verified(key, open(place)));
    }

    private Blob open(Packed place) throws IOException {
        FileChannel channel =
                FileChannel.open(root.resolve("packs").resolve(Long.toString(place.pack())), StandardOpenOption.READ);
        channel.position(place.offset());
        InputStream stored = new Bounded(Channels.newInputStream(channel), place.storedBytes());
        return new Blob(place.compressed() ? inflated(stored) : stored, place.sizeBytes(), Map.of());
    }

    private static InputStream inflated(InputStream stored) throws IOException {
        PushbackInputStream stream = new PushbackInputStream(stored, Integer.BYTES);
        byte[] magic = stream.readNBytes(Integer.BYTES);
        stream.unread(magic);
        boolean zstd = magic.length == Integer.BYTES
                && ByteBuffer.wrap(magic).order(ByteOrder.LITTLE_ENDIAN).getInt() == ZSTD_MAGIC;
        return zstd ? new ZstdInputStream(stream) : new InflaterInputStream(stream);
    }

    private static Blob verified(String key, Blob blob) {
        return new Blob(new Verified(blob.stream(), blob.sizeBytes(), key), blob.sizeBytes(), Map.of());
    }

    @Override
    public void put(String key, Blob blob) {
        throw readOnly();
    }

    @Override
    public void delete(String key) {
        throw readOnly();
    }

    private CommandFailure readOnly() {
        return new CommandFailure("a container can be imported from, not written: " + root);
    }

    @Override
    public void close() {}

    /** So many bytes of a stream. */
    private static final class Bounded extends Chunked {
        private long leftBytes;

        Bounded(InputStream stream, long sizeBytes) {
            super(stream);
            this.leftBytes = sizeBytes;
        }

        @Override
        public int read(byte[] target, int offset, int size) throws IOException {
            if (leftBytes == 0) {
                return -1;
            }
            int count = super.read(target, offset, (int) Math.min(size, leftBytes));
            leftBytes -= Math.max(count, 0);
            return count;
        }
    }

    /** Content whose last byte is handed on only when all of it has the digest that is its key. */
    private static final class Verified extends Chunked {
        private final MessageDigest digest = Sha256.newDigest();
        private final String key;
        private long leftBytes;

        Verified(InputStream stream, long sizeBytes, String key) {
            super(stream);
            this.key = key;
            this.leftBytes = sizeBytes;
        }

        @Override
        public int read(byte[] target, int offset, int size) throws IOException {
            int count = super.read(target, offset, size);
            if (count > 0) {
                digest.update(target, offset, count);
                leftBytes -= count;
            }
            boolean whole = leftBytes == 0 && count >= 0;
            if (leftBytes < 0
                    || (count < 0 && leftBytes > 0)
                    || (whole && !Sha256.of(digest).hex().equals(key))) {
                throw new IOException("the content of " + key + " has another length or SHA-256: it is damaged");
            }
            return count;
        }
    }

    /** Reads by the piece only. */
    private abstract static class Chunked extends InputStream {
        private final InputStream stream;

        Chunked(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public final int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int size) throws IOException {
            return stream.read(target, offset, size);
        }

        @Override
        public final void close() throws IOException {
            stream.close();
        }
    }
}
