package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.transfer.WholeFiles;
import dev.hayloft.client.Utf8Order;
import dev.hayloft.client.json.JsonValue;
import dev.hayloft.model.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder in which an object is a file named by the SHA-256 of its key: {@code 2c/26/b4/REST}. Such a folder forgets
 * its keys. One that is written here remembers them in the file {@value #KEYS}, a JSON string a line; where it is
 * missing, the objects are listed under the digests of their keys and can only be read.
 */
final class HashedFolderPlace implements Place {
    static final String KEYS = ".keys";

    private static final int LEVELS = 3;

    private final Path root;
    private final Set<String> keys; // Guarded by this; what KEYS names.
    private final boolean named;

    private HashedFolderPlace(Path root, Set<String> keys, boolean named) {
        this.root = root;
        this.keys = keys;
        this.named = named;
    }

    static HashedFolderPlace open(Path root) throws IOException {
        Path file = root.resolve(KEYS);
        Set<String> keys = new TreeSet<>(Utf8Order.INSTANCE);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                keys.add(JsonValue.parse(line).asText());
            }
        }
        return new HashedFolderPlace(root, keys, Files.exists(file) || isEmpty(root));
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    @Override
    public String name() {
        return "hashed:" + root;
    }

    @Override
    public synchronized Iterator<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (named) {
            for (String key : keys) {
                Path file = file(digest(key));
                if (Files.isRegularFile(file)) {
                    entries.add(new Entry(key, Files.size(file), Optional.empty()));
                }
            }
            return entries.iterator();
        }
        Iterator<Entry> files = new FolderPlace(root).list();
        while (files.hasNext()) {
            Entry entry = files.next();
            String digest = entry.key().replace("/", "");
            if (digest.matches("[0-9a-f]{64}")) {
                entries.add(new Entry(digest, entry.sizeBytes(), Optional.empty()));
            }
        }
        return entries.iterator();
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        Path file = file(named ? digest(key) : key);
        return Files.isRegularFile(file) ? Optional.of(Blob.of(file, Map.of())) : Optional.empty();
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        requireNamed();
        Path file = file(digest(key));
        Files.createDirectories(folderOf(file));
        remember(key);
        WholeFiles.write(file, blob::copyTo);
    }

    private synchronized void remember(String key) throws IOException {
        if (keys.add(key)) {
            Files.writeString(
                    root.resolve(KEYS), JsonValue.of(key) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        requireNamed();
        Files.deleteIfExists(file(digest(key)));
    }

    private void requireNamed() {
        if (!named) {
            throw new CommandFailure("the hashed folder " + root + " does not tell its keys (it has no file " + KEYS
                    + "), so it can be read but not changed");
        }
    }

    private static Path folderOf(Path file) {
        return Optional.ofNullable(file.getParent()).orElse(file);
    }

    private static String digest(String key) {
        return Sha256.of(ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8))).hex();
    }

    private Path file(String digest) {
        if (!digest.matches("[0-9a-f]{64}")) {
            return root.resolve("no-such-file");
        }
        Path folder = root;
        for (int level = 0; level < LEVELS; level++) {
            folder = folder.resolve(digest.substring(2 * level, 2 * level + 2));
        }
        return folder.resolve(digest.substring(2 * LEVELS));
    }

    @Override
    public void close() {}
}
