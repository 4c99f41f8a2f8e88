package dev.hayloft.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of the repository as they are in the working tree: no build output, no data, nothing of git. */
final class SourceTree {
    private static final Set<String> SKIPPED =
            Set.of(".git", "target", "data", ".idea", ".vscode", "golden", "results");
    private static final Set<String> TEXT =
            Set.of(".java", ".md", ".xml", ".yml", ".yaml", ".json", ".args", ".config");

    private SourceTree() {}

    static Path root() {
        Path root = Path.of(System.getProperty("hayloft.root", ""));
        if (!Files.isRegularFile(root.resolve("pom.xml"))) {
            throw new IllegalStateException("hayloft.root does not name the repository: " + root);
        }
        return root;
    }

    /** Text files of the house: sources, documents, settings, and everything under bin and .ci. */
    static List<Path> textFiles() {
        return files(file -> {
            String name = file.getFileName().toString();
            int dot = name.lastIndexOf('.');
            Path parent = file.getParent();
            return dot >= 0 && TEXT.contains(name.substring(dot))
                    || parent != null && (parent.endsWith("bin") || parent.endsWith(".ci"));
        });
    }

    static List<Path> javaFiles() {
        return files(file -> file.toString().endsWith(".java"));
    }

    static List<Path> pages() {
        return files(file -> file.toString().endsWith(".md"));
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(file.toString(), failed);
        }
    }

    static String name(Path file) {
        return root().relativize(file).toString();
    }

    private static List<Path> files(Predicate<Path> wanted) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(root(), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    Path name = folder.getFileName();
                    return name != null && SKIPPED.contains(name.toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (wanted.test(file)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return found;
    }
}
