package dev.hayloft.cli.transfer;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.StringJoiner;

/** The regular files below a folder, and links to regular files; links to folders are not followed. */
public final class FileTree {
    private final Path root;

    public FileTree(Path root) {
        this.root = root;
    }

    /** Told of each file. */
    public interface Visitor {
        /**
         * A file to store.
         *
         * @param name relative to the root, parts separated by slashes
         */
        void file(Path file, String name, long sizeBytes) throws IOException;

        /** Something that cannot be read. */
        void unreadable(Path file, IOException reason);
    }

    /** Walks the folder in no particular order. */
    public void walk(Visitor visitor) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    visitor.file(file, name(file), attributes.size());
                } else if (attributes.isSymbolicLink() && Files.isRegularFile(file)) {
                    visitor.file(file, name(file), Files.size(file));
                } else if (attributes.isSymbolicLink() && !Files.exists(file)) {
                    visitor.unreadable(file, new IOException("the link " + file + " leads nowhere"));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                visitor.unreadable(file, e);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException e) {
                if (e != null) {
                    visitor.unreadable(folder, e);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private String name(Path file) {
        StringJoiner name = new StringJoiner("/");
        root.relativize(file).forEach(part -> name.add(part.toString()));
        return name.toString();
    }
}
