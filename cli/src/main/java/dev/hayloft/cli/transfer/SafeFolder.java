package dev.hayloft.cli.transfer;

import dev.hayloft.cli.session.CommandFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder that files are written into by names from elsewhere: no name leads out of it, by {@code ..}, from the root,
 * or through a link that lies in it.
 *
 * <p><i>Threads:</i> any.
 */
public final class SafeFolder {
    private final Path root;
    private final Set<Path> checked = ConcurrentHashMap.newKeySet();

    private SafeFolder(Path root) {
        this.root = root;
    }

    /** Makes the folder if it is not there. */
    public static SafeFolder open(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path root = folder.toRealPath();
        SafeFolder safe = new SafeFolder(root);
        safe.checked.add(root);
        return safe;
    }

    public Path root() {
        return root;
    }

    /**
     * The file of a name whose parts are separated by slashes; its folders are made.
     *
     * @throws CommandFailure when the name is empty, or has an empty part, {@code .} or {@code ..}, or leads out by a
     *     link
     * @throws IOException when a folder cannot be made
     */
    public Path file(String name) throws IOException {
        String[] parts = name.split("/", -1);
        Path folder = root;
        for (int i = 0; i < parts.length; i++) {
            check(parts[i], name);
            if (i < parts.length - 1) {
                folder = enter(child(folder, parts[i], name), name);
            }
        }
        Path file = child(folder, parts[parts.length - 1], name);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailure("refused: \"" + name + "\" is a folder already, since other keys lie below it");
        }
        return file;
    }

    private static void check(String part, String name) {
        if (part.isEmpty()
                || part.equals(".")
                || part.equals("..")
                || part.indexOf('\0') >= 0
                || part.indexOf('\\') >= 0 && java.io.File.separatorChar == '\\') {
            throw new CommandFailure("refused: \"" + name + "\" is no name of a file inside the folder;"
                    + " fetch it alone with `get BUCKET/KEY FILE`");
        }
    }

    private static Path child(Path folder, String part, String name) {
        try {
            return folder.resolve(part);
        } catch (InvalidPathException e) {
            throw new CommandFailure("refused: \"" + name + "\" is no name of a file here (" + e.getReason() + ")", e);
        }
    }

    private Path enter(Path folder, String name) throws IOException {
        if (checked.contains(folder)) {
            return folder;
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw new CommandFailure(
                        "refused: \"" + name + "\" needs the folder " + folder + ", which is a file", e);
            }
            if (!folder.toRealPath().startsWith(root)) {
                throw new CommandFailure(
                        "refused: \"" + name + "\" leads out of " + root + " by the link " + folder, e);
            }
        }
        checked.add(folder);
        return folder;
    }
}
