package dev.hayloft.log;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.OS;
import net.openhft.posix.OpenFlag;
import net.openhft.posix.PosixAPI;
import org.jspecify.annotations.Nullable;

/**
 * Reads that never wait for a disk: {@code preadv2(2)} with {@code RWF_NOWAIT} gives what the page cache holds and no
 * more. Linux with glibc 2.26 or newer; elsewhere nothing can be read this way.
 */
final class PageCache {
    /** No descriptor. */
    static final int NONE = -1;

    private static final int RWF_NOWAIT = 8;
    private static final @Nullable LibC LIB_C = load();

    /** An {@code iovec} of each thread. */
    private static final ThreadLocal<Target> TARGET = ThreadLocal.withInitial(Target::new);

    private PageCache() {}

    /** The one function of the C library that is needed. Public for jnr-ffi, which implements it. */
    public interface LibC {
        long preadv2(int fd, Pointer iov, int count, long offset, int flags);
    }

    /** A descriptor to read through, or {@link #NONE}. */
    static int open(Path path) {
        if (LIB_C == null) {
            return NONE;
        }
        return PosixAPI.posix().open(path.toString(), OpenFlag.O_RDONLY, 0);
    }

    static void close(int fd) {
        if (fd != NONE) {
            PosixAPI.posix().close(fd);
        }
    }

    /** Fills the rest of a direct buffer and moves its position, or leaves it where it was and answers no. */
    static boolean tryRead(int fd, long offset, ByteBuffer target) {
        LibC libC = LIB_C;
        if (libC == null || fd == NONE || !target.isDirect() || target.isReadOnly()) {
            return false;
        }
        int size = target.remaining();
        Target vector = TARGET.get();
        vector.iov.putLong(0, Jvm.address(target) + target.position()).putLong(Long.BYTES, size);
        if (libC.preadv2(fd, vector.pointer, 1, offset, RWF_NOWAIT) != size) {
            return false;
        }
        target.position(target.limit());
        return true;
    }

    private static @Nullable LibC load() {
        if (!OS.isLinux()) {
            return null;
        }
        try {
            LibC libC = LibraryLoader.create(LibC.class).failImmediately().load("c");
            // Asked once with a descriptor that cannot be: a C library without the function fails here.
            libC.preadv2(NONE, Pointer.wrap(Runtime.getSystemRuntime(), 0L), 0, 0, RWF_NOWAIT);
            return libC;
        } catch (UnsatisfiedLinkError notThere) {
            return null;
        }
    }

    private static final class Target {
        final ByteBuffer iov = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        final Pointer pointer = Pointer.wrap(Runtime.getSystemRuntime(), Jvm.address(iov));
    }
}
