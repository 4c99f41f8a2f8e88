package dev.hayloft.cli.transfer;

import dev.hayloft.cli.session.FailureText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** What a file system said, as a sentence. */
public final class FileFailure {
    private static final String FULL = "No space left on device";

    private FileFailure() {}

    /** Of one that a stream of the JDK has wrapped. */
    public static String of(UncheckedIOException e) {
        return Optional.ofNullable(e.getCause()).map(FileFailure::of).orElse(FailureText.message(e));
    }

    public static String of(IOException e) {
        if (e instanceof NoSuchFileException missing) {
            return "there is no file " + missing.getFile();
        }
        if (e instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        if (e instanceof FileSystemException failure) {
            return failure.getFile() + ": "
                    + Optional.ofNullable(failure.getReason())
                            .orElse(failure.getClass().getSimpleName());
        }
        if (FULL.equals(e.getMessage())) { // As the JDK passes it on from a write, without the file's name.
            return "the disk is full; make room there, or write to another folder, and run the command again";
        }
        return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    }
}
