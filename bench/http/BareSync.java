import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The machine's bare rate of 4 KiB write + fdatasync into a preallocated file.
 *
 * <p>{@code java BareSync.java FOLDER SECONDS}
 */
public final class BareSync {
    public static void main(String[] arguments) throws IOException {
        Path file = Files.createTempFile(Path.of(arguments[0]), "bare-", ".bin");
        long nanos = Long.parseLong(arguments[1]) * 1_000_000_000L;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(4096);
            for (int i = 0; i < 16_384; i++) {
                channel.write(block.clear());
            }
            channel.force(true);
            long begin = System.nanoTime();
            long count = 0;
            while (System.nanoTime() - begin < nanos) {
                channel.write(block.clear(), count % 16_384 * 4096);
                channel.force(false);
                count++;
            }
            System.out.println(count * 1_000_000_000L / (System.nanoTime() - begin));
        } finally {
            Files.delete(file);
        }
    }
}
