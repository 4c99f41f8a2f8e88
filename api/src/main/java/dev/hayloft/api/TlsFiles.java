package dev.hayloft.api;

import dev.hayloft.api.config.Setting;
import dev.hayloft.api.config.SettingException;
import dev.hayloft.api.config.Settings;
import io.dropwizard.jetty.SslReload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key store of all ports and its password, and their exchange while the server runs: a file that has changed is
 * read again, and new connections get the new certificate. One that cannot be read leaves the old one in use.
 *
 * <p><i>Threads:</i> {@link #reloadIfChanged} by one at a time.
 */
final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final Path keyStore;
    private final String password;
    private FileTime loadedAt = FileTime.fromMillis(0);

    private TlsFiles(Path keyStore, String password) {
        this.keyStore = keyStore;
        this.password = password;
    }

    /**
     * What the settings name; empty without TLS.
     *
     * @throws SettingException when it cannot be used
     */
    static Optional<TlsFiles> of(Settings settings) {
        String store = settings.text(Setting.TLS_KEY_STORE);
        String passwordFile = settings.text(Setting.TLS_KEY_STORE_PASSWORD_FILE);
        if (store.isEmpty()) {
            if (!passwordFile.isEmpty()) {
                throw new SettingException("Setting tls.keyStorePasswordFile needs tls.keyStore.");
            }
            return Optional.empty();
        }
        if (passwordFile.isEmpty()) {
            throw new SettingException(
                    "Setting tls.keyStore needs tls.keyStorePasswordFile, a file with its password.");
        }
        TlsFiles files = new TlsFiles(Path.of(store).toAbsolutePath(), readPassword(Path.of(passwordFile)));
        try {
            files.loadedAt = Files.getLastModifiedTime(files.keyStore);
            files.requireUsable();
        } catch (IOException | GeneralSecurityException e) {
            throw new SettingException("Setting tls.keyStore: the key store " + store
                    + " cannot be opened with the password of tls.keyStorePasswordFile: " + e.getMessage() + ".");
        }
        return Optional.of(files);
    }

    private static String readPassword(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new SettingException(
                    "Setting tls.keyStorePasswordFile: the file " + file + " cannot be read: " + e.getMessage() + ".");
        }
    }

    private void requireUsable() throws IOException, GeneralSecurityException {
        KeyStore opened = KeyStore.getInstance(keyStore.toFile(), password.toCharArray());
        if (opened.size() == 0) {
            throw new KeyStoreEmptyException();
        }
    }

    private static final class KeyStoreEmptyException extends GeneralSecurityException {
        private static final long serialVersionUID = 1L;

        KeyStoreEmptyException() {
            super("it holds no key");
        }
    }

    Path keyStore() {
        return keyStore;
    }

    String password() {
        return password;
    }

    /** Gives every port the key store anew if its file is another than the one in use. */
    void reloadIfChanged(Server server) {
        try {
            FileTime now = Files.getLastModifiedTime(keyStore);
            if (now.equals(loadedAt)) {
                return;
            }
            requireUsable();
            for (SslReload port : server.getBeans(SslReload.class)) {
                reload(port);
            }
            loadedAt = now;
            LOG.info("The key store {} was read again; new connections use it.", keyStore);
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn("The key store {} has changed and cannot be read; the old one stays in use.", keyStore, e);
        }
    }

    private static void reload(SslReload port) throws GeneralSecurityException {
        try {
            port.reload();
        } catch (Exception e) { // The boundary to the library, which declares no less.
            throw new GeneralSecurityException("the library could not take it", e);
        }
    }
}
