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
        return Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
    }
}
