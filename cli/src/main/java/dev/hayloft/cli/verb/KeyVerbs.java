package dev.hayloft.cli.verb;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.session.Session;
import dev.hayloft.client.json.JsonObject;
import dev.hayloft.client.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code key} and what stands below it. */
@Command(name = "key", description = "Make the master key that encrypted buckets need.")
public final class KeyVerbs {
    private static final int KEY_SIZE = 32;

    /** The verb with its own verbs. */
    public static CommandLine commandLine(Session session) {
        return new CommandLine(new KeyVerbs()).addSubcommand(new New(session));
    }

    @Command(
            name = "new",
            description = "Write a fresh master key: 32 random bytes in base64, for its owner to read alone.",
            footer = {
                "",
                "Name the file in encryption.masterKeyFile and keep a copy elsewhere: without it, what is in encrypted"
                        + " buckets is lost. Backups never contain it.",
                "To change the key: make another one, name it in encryption.masterKeyFile and the old one in"
                        + " encryption.formerKeyFiles, and restart once."
            })
    static final class New extends Verb {
        @Parameters(paramLabel = "FILE", description = "Where to; an existing file is never overwritten.")
        private Path file = Path.of("");

        New(Session session) {
            super(session);
        }

        @Override
        int run() throws IOException {
            byte[] key = new byte[KEY_SIZE];
            new SecureRandom().nextBytes(key);
            write(Base64.getEncoder().encodeToString(key) + "\n");
            if (session().json()) {
                session()
                        .print(JsonObject.of(
                                "file",
                                JsonValue.of(file.toAbsolutePath().normalize().toString())));
            } else {
                session().out().print("Wrote " + file + ". Keep a copy elsewhere: nothing can replace it.\n");
            }
            return 0;
        }

        private void write(String text) throws IOException {
            try (FileChannel channel = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            } catch (FileAlreadyExistsException e) {
                throw new CommandFailure(
                        "\"" + file + "\" exists. A key that was in use is needed to read what it encrypted, so it is"
                                + " not overwritten.",
                        e);
            }
        }
    }
}
