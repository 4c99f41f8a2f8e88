package dev.hayloft.cli.place;

import dev.hayloft.cli.session.CommandFailure;
import dev.hayloft.cli.transfer.WholeFiles;
import dev.hayloft.client.Utf8Order;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The entries of a zip archive. What is put or deleted is in the archive once the place is closed. */
final class ZipPlace implements Place {
    private final Path file;
    private final FileSystem zip;

    private ZipPlace(Path file, FileSystem zip) {
        this.file = file;
        this.zip = zip;
    }

    /** Opens an archive; one that is not there is made where it may be written. */
    static ZipPlace open(Path file, boolean create) throws IOException {
        if (!create && !Files.exists(file)) {
            throw new CommandFailure("there is no zip file " + file);
        }
        Map<String, Object> options = Map.of("create", create, "useTempFile", true);
        return new ZipPlace(file, FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), options));
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

    /** Names that other programs would unpack elsewhere are refused. */
    private Path path(String key) {
        for (String part : key.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.indexOf('\0') >= 0) {
                throw new CommandFailure("refused: \"" + key + "\" is no name of an entry in a zip file");
            }
        }
        return zip.getPath("/" + key);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
