package dev.hayloft.api.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;

/**
 * The root key of a data folder, in {@code root.key} (lines {@code access_key=…} and {@code secret_key=…}), for the
 * owner's eyes only. Made at the first start, read at every other.
 */
public final class RootKeyFile {
    private final Path data;
    private final SecureRandom random;

    public RootKeyFile(Path data, SecureRandom random) {
        this.data = data;
        this.random = random;
    }

    /** The key pair of {@code root.key}. */
    public KeyPair rootKey() throws IOException {
        Path file = data.resolve("root.key");
        if (!Files.exists(file)) {
            KeyPair pair = KeyPair.random(random);
            String text = "access_key=" + pair.accessKey() + "\nsecret_key=" + pair.secretKey() + "\n";
            write(file, text.getBytes(StandardCharsets.UTF_8));
        }
        String accessKey = "";
        String secretKey = "";
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("access_key=")) {
                accessKey = line.substring("access_key=".length()).strip();
            } else if (line.startsWith("secret_key=")) {
                secretKey = line.substring("secret_key=".length()).strip();
            }
        }
        if (accessKey.isEmpty() || secretKey.isEmpty()) {
            throw new IOException(file + " must have the lines access_key=… and secret_key=…");
        }
        return new KeyPair(accessKey, secretKey);
    }

    private void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(temporary, options, ownerOnly)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(data, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
