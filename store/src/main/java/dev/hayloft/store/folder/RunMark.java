package dev.hayloft.store.folder;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * How the folder was left: the file {@code RUN} with lines {@code state=running|clean}, {@code boot} and {@code place}.
 * The boot id tells whether the operating system still has what the last process wrote into its mappings; the place
 * (device and inode) tells whether these are the same files or a copy.
 */
public final class RunMark {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** What a start may rely on. */
    public enum LastStop {
        /** Everything was closed and forced. */
        CLEAN,
        /** The process ended without closing, but the operating system lived on: mapped files are as it left them. */
        KILLED,
        /**
         * Another boot, a copied folder or no mark: of the views nothing can be relied on, of the log what was forced.
         */
        UNKNOWN
    }

    private RunMark() {}

    /** How the last process left the folder. */
    public static LastStop lastStop(Path folder) {
        Path file = folder.resolve("RUN");
        if (!Files.exists(file)) {
            return LastStop.UNKNOWN;
        }
        Properties mark = new Properties();
        try {
            mark.load(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if ("clean".equals(mark.getProperty("state"))) {
            return LastStop.CLEAN;
        }
        boolean same = bootId().equals(mark.getProperty("boot"))
                && !bootId().isEmpty()
                && place(folder).equals(mark.getProperty("place"));
        return same ? LastStop.KILLED : LastStop.UNKNOWN;
    }

    /**
     * A process begins to work in the folder. What nothing can be relied on stays so until {@link #markRunning}: a
     * start that ends before it has built every view anew must not make the next one trust the rest.
     */
    public static void markOpening(Path folder, LastStop lastStop) {
        if (lastStop == LastStop.UNKNOWN) {
            SmallFiles.delete(folder.resolve("RUN"));
        } else {
            markRunning(folder);
        }
    }

    /** From now on a process works in the folder, and every view is of this boot. */
    public static void markRunning(Path folder) {
        SmallFiles.write(folder.resolve("RUN"), "state=running\nboot=" + bootId() + "\nplace=" + place(folder) + "\n");
    }

    /** Everything is closed and forced. */
    public static void markClean(Path folder) {
        SmallFiles.write(folder.resolve("RUN"), "state=clean\n");
    }

    private static String bootId() {
        try {
            return Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String place(Path folder) {
        try {
            return Files.getAttribute(folder, "unix:dev") + ":" + Files.getAttribute(folder, "unix:ino");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
