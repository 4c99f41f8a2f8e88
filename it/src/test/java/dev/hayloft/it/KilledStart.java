package dev.hayloft.it;

import dev.hayloft.it.ServerProcess.Options;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Starts that are killed: a server that dies in the middle of recovery must leave a folder that the next one recovers.
 */
final class KilledStart {
    private static final Duration TIME_MAX = Duration.ofSeconds(2);

    private KilledStart() {}

    /**
     * One such start, killed at any moment of its first two seconds; or, half of the time, when it begins to mend the
     * maps of an index, which is soon over.
     */
    static void run(Options options, SplittableRandom random) throws IOException {
        boolean amidMaps = random.nextBoolean();
        long nanos = random.nextLong(TIME_MAX.toNanos());
        try (ServerProcess server = ServerProcess.launch(options)) {
            long end = System.nanoTime() + (amidMaps ? TIME_MAX.toNanos() : nanos);
            while (System.nanoTime() - end < 0 && !(amidMaps && mendsMaps(options.data()))) {
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
            server.kill();
        }
    }

    private static boolean mendsMaps(Path data) throws IOException {
        List<Path> partitions = new ArrayList<>(List.of(data.resolve("system")));
        partitions.addAll(children(data.resolve("partitions")));
        for (Path partition : partitions) {
            for (Path index : children(partition.resolve("index"))) {
                if (Files.exists(index.resolve("recovering"))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
                stream.forEach(children::add);
            }
        }
        return children;
    }
}
