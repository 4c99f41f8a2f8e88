package dev.hayloft.store.folder;

import dev.hayloft.model.error.ErrorCode;
import dev.hayloft.model.error.StoreClosedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The store's own secret, 32 random bytes in {@code store.key} (base64, mode 600): keys for hashing object keys and for
 * checking secrets are derived from it by HMAC-SHA-256 over a purpose.
 *
 * <p><i>Threads:</i> any.
 */
public final class StoreKey {
    static final String FILE = "store.key";

    private static final int SIZE = 32;
    private static final int CHECK_SIZE = 8;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret;

    private StoreKey(byte[] secret) {
        this.secret = secret;
    }

    /**
     * Reads the key; makes one in a new folder.
     *
     * @param isNewFolder whether nothing depends on a key yet
     * @throws StoreClosedException when the file is missing though it should be there, or does not hold 32 bytes in
     *     base64
     */
    public static StoreKey open(Path folder, boolean isNewFolder) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file) && !isNewFolder) {
                throw new StoreClosedException(
                                ErrorCode.UNAVAILABLE,
                                "The store's key file is missing; put it back from a copy. Nothing was changed.")
                        .with("file", file.toAbsolutePath());
            }
            if (!Files.exists(file)) {
                byte[] fresh = new byte[SIZE];
                new SecureRandom().nextBytes(fresh);
                SmallFiles.writeSecret(file, Base64.getEncoder().encodeToString(fresh) + "\n");
            }
            byte[] secret = Base64.getDecoder().decode(Files.readString(file).strip());
            if (secret.length == SIZE) {
                return new StoreKey(secret);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw damaged(file);
        }
        throw damaged(file);
    }

    private static StoreClosedException damaged(Path file) {
        return new StoreClosedException(
                        ErrorCode.UNAVAILABLE,
                        "The store's key file does not hold 32 bytes in base64; put it back from a copy.")
                .with("file", file.toAbsolutePath());
    }

    /** 32 bytes that depend on the secret and the purpose. */
    public ByteBuffer derive(String purpose) {
        return ByteBuffer.wrap(mac().doFinal(purpose.getBytes(StandardCharsets.UTF_8)));
    }

    /** 8 bytes in hex that tell this key from others and tell nothing else of it. */
    String check() {
        byte[] bytes = new byte[CHECK_SIZE];
        derive("check of the key, version 1").get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform has HMAC-SHA-256", e);
        }
    }
}
