package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.transfer.FileFailure;
import dev.hayloft.cli.transfer.FileTree;
import dev.hayloft.cli.transfer.SafeFolder;
import dev.hayloft.cli.transfer.WholeFiles;
import dev.hayloft.client.Utf8Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The regular files of a folder; a key is the path below it. Listing it holds all names in memory. */
final class FolderPlace implements Place {
    private final Path root;

    private Optional<SafeFolder> folder = Optional.empty(); // Guarded by this.

    FolderPlace(Path root) {
        this.root = root;
    }

    @Override
    public String name() {
        return root.toString();
    }

    @Override
    public boolean overlaps(Place other) {
        if (!(other instanceof FolderPlace folderPlace)) {
            return false;
        }
        Path mine = real(root);
        Path below = real(folderPlace.root);
        return below.startsWith(mine) && !below.equals(mine);
    }

    /** Through links, as far as there is something. */
    private static Path real(Path path) {
        Path whole = path.toAbsolutePath().normalize();
        try {
            return whole.toRealPath();
        } catch (IOException e) { // Nothing there yet.
            return whole;
        }
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (!Files.exists(root)) {
            return entries.iterator();
        }
        new FileTree(root).walk(new FileTree.Visitor() {
            @Override
            public void file(Path file, String name, long sizeBytes) {
                if (!WholeFiles.isPart(file)) {
                    entries.add(new Entry(name, sizeBytes, Optional.empty()));
                }
            }

            @Override
            public void unreadable(Path file, IOException reason) {
                throw new CommandFailure("cannot read the whole of " + root + ": " + FileFailure.of(reason), reason);
            }
        });
        entries.sort((a, b) -> Utf8Order.INSTANCE.compare(a.key(), b.key()));
        return entries.iterator();
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        Optional<Path> file = existing(key);
        return file.isEmpty() ? Optional.empty() : Optional.of(Blob.of(file.get(), Map.of()));
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        WholeFiles.write(folder().file(key), blob::copyTo);
    }

    /** Made at the first write, and kept for what it has checked. */
    private synchronized SafeFolder folder() throws IOException {
        SafeFolder open = folder.isPresent() ? folder.get() : SafeFolder.open(root);
        folder = Optional.of(open);
        return open;
    }

    @Override
    public void delete(String key) throws IOException {
        Optional<Path> file = existing(key);
        if (file.isPresent()) {
            Files.deleteIfExists(file.get());
        }
    }

    /** A key that leads out of the folder names nothing in it. */
    private Optional<Path> existing(String key) {
        try {
            Path file = root.resolve(key).normalize();
            return file.startsWith(root.normalize()) && Files.isRegularFile(file)
                    ? Optional.of(file)
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {}
}
