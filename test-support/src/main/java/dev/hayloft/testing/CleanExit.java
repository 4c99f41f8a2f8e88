package dev.hayloft.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test class that leaves something behind: a thread, an open file or a mapping below the temporary folder, or a
 * folder of {@link TempFolders}. It stands in {@code META-INF/services} and so guards every class of every module that
 * has test-support on its test class path. What lasts as long as a JVM by design is listed below, with the reason.
 *
 * <p>Threads, buffers and file handles may need a moment or a garbage collection to go: there are up to
 * {@link #PATIENCE} for that, taken only when something is left. Handles and mappings are seen on Linux alone.
 */
public final class CleanExit implements BeforeAllCallback, AfterAllCallback {
    /** How long leftovers may take to go by themselves. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration STEP = Duration.ofMillis(20);
    private static final Namespace NAMESPACE = Namespace.create(CleanExit.class);
    private static final Path TEMP = Path.of(System.getProperty("java.io.tmpdir"));
    private static final Path HANDLES = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    /** Beginnings of the names of threads that live as long as the JVM by design. */
    private static final List<String> LASTING_THREADS = List.of(
            // Of the JDK: one per JVM, made when first needed.
            "Attach Listener",
            "Common-Cleaner",
            "Keep-Alive-Timer",
            "ForkJoinPool.commonPool-",
            "process reaper",
            "CompletableFutureDelayScheduler",
            // Of the JDK's flight recorder: made with the first recording of a JVM.
            "JFR ",
            // Of JUnit: watches over timeouts, one per JVM.
            "junit-jupiter-timeout-watcher",
            // Of surefire: the forked JVM listens to Maven.
            "surefire-",
            // Of Chronicle: closes resources in the background, one per JVM, a daemon without a way to end it.
            "background~resource~releaser",
            "background-resource-releaser",
            // Of the S3 client: watches over contents that nobody reads, one per JVM, a daemon.
            "response-input-stream-timeout-scheduler",
            // Of JNA, which Chronicle brings: frees native memory, one per JVM.
            "JNA Cleaner");

    /** Parts of the names of mapped or open files that live as long as the JVM by design. */
    private static final List<String> LASTING_FILES = List.of(
            // The JVM's own performance counters.
            "/hsperfdata_",
            // Native libraries that RocksDB, zstd-jni, JNA and jffi unpack into the temporary folder and load once.
            ".so",
            // Surefire's own files.
            "/surefire");

    @Override
    public void beforeAll(ExtensionContext context) {
        if (isOutermost(context)) {
            context.getStore(NAMESPACE).put(Snapshot.class, Snapshot.take());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (isOutermost(context)) {
            Snapshot before = context.getStore(NAMESPACE).remove(Snapshot.class, Snapshot.class);
            List<String> left = leftAfterPatience(before);
            if (!left.isEmpty()) {
                throw new AssertionError(
                        "the tests of " + context.getDisplayName() + " left behind:\n  " + String.join("\n  ", left));
            }
        }
    }

    private static boolean isOutermost(ExtensionContext context) {
        return context.getRequiredTestClass().getEnclosingClass() == null;
    }

    /** What is there now and was not there in {@code before}, after as much patience as it takes. */
    static List<String> leftAfterPatience(Snapshot before) {
        long start = System.nanoTime();
        List<String> left = Snapshot.take().minus(before);
        while (!left.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
            System.gc(); // Unreachable mappings are unmapped by the collector alone before JDK 22.
            LockSupport.parkNanos(STEP.toNanos());
            left = Snapshot.take().minus(before);
        }
        return left;
    }

    /**
     * What a JVM holds at one moment.
     *
     * @param threads live threads that may end
     * @param handles files open below the temporary folder
     * @param mappings files mapped from below the temporary folder
     * @param folders folders of {@link TempFolders}
     */
    record Snapshot(Set<Thread> threads, Set<String> handles, Set<String> mappings, Set<String> folders) {
        static Snapshot take() {
            try {
                return new Snapshot(liveThreads(), openHandles(), mappedFiles(), tempFolders());
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        List<String> minus(Snapshot before) {
            List<String> left = new ArrayList<>();
            for (Thread thread : threads) {
                if (!before.threads.contains(thread)) {
                    left.add("thread " + thread.getName());
                }
            }
            addNew(left, "open file ", handles, before.handles);
            addNew(left, "mapping ", mappings, before.mappings);
            addNew(left, "folder ", folders, before.folders);
            return left;
        }

        private static void addNew(List<String> left, String kind, Set<String> now, Set<String> before) {
            for (String name : now) {
                if (!before.contains(name)) {
                    left.add(kind + name);
                }
            }
        }

        private static Set<Thread> liveThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> LASTING_THREADS.stream().noneMatch(thread.getName()::startsWith))
                    .collect(Collectors.toUnmodifiableSet());
        }

        private static Set<String> openHandles() throws IOException {
            Set<String> files = new TreeSet<>();
            if (Files.isDirectory(HANDLES)) {
                try (Stream<Path> links = Files.list(HANDLES)) {
                    links.map(Snapshot::target).filter(Snapshot::isGuarded).forEach(files::add);
                }
            }
            return files;
        }

        /** What a handle leads to; empty for one that is gone, as that of the listing itself may be. */
        private static String target(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException closedMeanwhile) {
                return "";
            }
        }

        private static Set<String> mappedFiles() throws IOException {
            if (!Files.isReadable(MAPPINGS)) {
                return Set.of();
            }
            try (Stream<String> lines = Files.lines(MAPPINGS)) {
                return lines.map(line -> line.substring(Math.max(0, line.indexOf('/'))))
                        .filter(Snapshot::isGuarded)
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        }

        private static Set<String> tempFolders() throws IOException {
            try (Stream<Path> entries = Files.list(TEMP)) {
                return entries.map(Path::toString)
                        .filter(name -> name.contains(TempFolders.PREFIX))
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        }

        private static boolean isGuarded(String file) {
            return file.startsWith(TEMP + "/") && LASTING_FILES.stream().noneMatch(file::contains);
        }
    }
}
