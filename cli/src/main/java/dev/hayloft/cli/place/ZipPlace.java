package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.transfer.WholeFiles;
import dev.hayloft.cli.transfer.WorkFolder;
import dev.hayloft.client.Utf8Order;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The entries of a zip archive. What is put or deleted is in the archive once the place is closed; until then it lies,
 * with what the JDK writes beside an archive, in a folder that goes when the command ends or is interrupted.
 */
final class ZipPlace implements Place {
    private static final String ARCHIVE = "archive.zip";

    private final Path file;
    private final FileSystem zip;
    private final Optional<WorkFolder> work;

    private ZipPlace(Path file, FileSystem zip, Optional<WorkFolder> work) {
        this.file = file;
        this.zip = zip;
        this.work = work;
    }

    /** Opens an archive; one that is not there is made where it may be written. */
    static ZipPlace open(Path file, boolean create) throws IOException {
        if (!create && !Files.exists(file)) {
            throw new CommandFailure("there is no zip file " + file);
        }
        if (!create) {
            return new ZipPlace(file, archive(file, false), Optional.empty());
        }
        WorkFolder work = WorkFolder.beside(file);
        try {
            Path copy = work.file(ARCHIVE);
            if (Files.exists(file)) {
                link(file, copy);
            }
            return new ZipPlace(file, archive(copy, true), Optional.of(work));
        } catch (IOException | RuntimeException e) {
            work.close();
            throw e;
        }
    }

    private static FileSystem archive(Path file, boolean create) throws IOException {
        Map<String, Object> options = Map.of("create", create, "useTempFile", true);
        return FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), options);
    }

    /** The archive is never changed in place, so that a second name is as good as a copy, where there can be one. */
    private static void link(Path file, Path copy) throws IOException {
        try {
            Files.createLink(copy, file.toRealPath());
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, copy);
        }
    }

    @Override
    public String name() {
        return "zip:" + file;
    }

    @Override
    public Iterator<Entry> list() throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(zip.getPath("/"))) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path) && !WholeFiles.isPart(path)) {
                    entries.add(new Entry(path.toString().substring(1), Files.size(path), Optional.empty()));
                }
            }
        }
        entries.sort((a, b) -> Utf8Order.INSTANCE.compare(a.key(), b.key()));
        return entries.iterator();
    }

    @Override
    public Optional<Blob> open(String key) throws IOException {
        Path path = path(key);
        return Files.isRegularFile(path) ? Optional.of(Blob.of(path, Map.of())) : Optional.empty();
    }

    @Override
    public void put(String key, Blob blob) throws IOException {
        Path path = path(key);
        Path folder = path.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        WholeFiles.write(path, blob::copyTo);
    }

    @Override
    public void delete(String key) throws IOException {
        Files.deleteIfExists(path(key));
    }

    /**
     * Names that other programs would unpack elsewhere are refused, and a backslash, which would come out as a slash.
     */
    private Path path(String key) {
        if (key.indexOf('\\') >= 0) {
            throw new CommandFailure(
                    "refused: \"" + key + "\" has a backslash, which a zip file would turn into a slash");
        }
        for (String part : key.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new CommandFailure("refused: \"" + key + "\" is no name of an entry in a zip file");
            }
        }
        return zip.getPath("/" + key);
    }

    @Override
    public void close() throws IOException {
        try (WorkFolder folder = work.orElse(null)) {
            zip.close();
            if (folder != null) {
                Files.move(
                        folder.file(ARCHIVE),
                        Files.exists(file) ? file.toRealPath() : file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
