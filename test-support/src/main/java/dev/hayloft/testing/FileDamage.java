package dev.hayloft.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What disks, power cuts and copying tools do to files at rest. Offsets and lengths are bytes. Each method refuses a
 * place outside the file, so that a test cannot damage nothing and pass.
 */
public final class FileDamage {
    /** The unit in which a kernel writes a file back, hence the unit of a hole. */
    public static final int PAGE_SIZE = 4096;

    private FileDamage() {}

    /** Zeroes everything from {@code offset} to the end: the length reached the disk, the data did not. */
    public static void zero(Path file, long offset) throws IOException {
        overwriteWithZeros(file, offset, Files.size(file) - offset);
    }

    /** Ends the file at {@code length}, which must be below its present length. */
    public static void cut(Path file, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            requireInside(file, length, 1, channel.size());
            channel.truncate(length);
        }
    }

    /**
     * Inverts one bit.
     *
     * @param bit 0 the lowest to 7 the highest
     */
    public static void flip(Path file, long offset, int bit) throws IOException {
        if (bit < 0 || bit > 7) {
            throw new IllegalArgumentException("a byte has bits 0 to 7, not " + bit);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            requireInside(file, offset, 1, channel.size());
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1 << bit)).rewind();
            channel.write(one, offset);
        }
    }

    /** Inverts a bit of the byte that stands so far behind the only place where a file holds these bytes. */
    public static void flipBehind(Path file, byte[] bytes, int distance, int bit) throws IOException {
        String all = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String sought = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = all.indexOf(sought);
        if (at < 0 || all.indexOf(sought, at + 1) >= 0) {
            throw new IllegalArgumentException("not in one place of " + file);
        }
        flip(file, at + distance, bit);
    }

    /** Zeroes {@code length} bytes at {@code offset} and leaves what follows: pages that never reached the disk. */
    public static void hole(Path file, long offset, long length) throws IOException {
        overwriteWithZeros(file, offset, length);
    }

    private static void overwriteWithZeros(Path file, long offset, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            requireInside(file, offset, length, channel.size());
            ByteBuffer zeros = ByteBuffer.allocate(16 * PAGE_SIZE);
            long position = offset;
            while (position < offset + length) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), offset + length - position));
                position += channel.write(zeros, position);
            }
        }
    }

    private static void requireInside(Path file, long offset, long length, long size) {
        if (offset < 0 || length < 1 || offset + length > size) {
            throw new IllegalArgumentException(
                    "no damage outside the file: " + length + " bytes at " + offset + " of " + size + " in " + file);
        }
    }
}
