package dev.hayloft.index.map;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.ValueModel;

/**
 * Run once by the build: writes the class by which Chronicle Map reads the header of its file.
 *
 * <p>Chronicle Values generates and compiles that class in every process that opens a map, unless the class path has
 * it. The compiler's start took a quarter of a server's, and made a runtime without one unfit. Should a newer Chronicle
 * want another class, this one is written anew with it; should there be none, it is compiled at the start as before.
 */
final class MapStateClass {
    private static final Class<?> STATE = VanillaGlobalMutableState.class;

    private MapStateClass() {}

    /** Takes the folder of classes to write into, and the oldest Java that is to read them. */
    public static void main(String[] arguments) throws IOException, ReflectiveOperationException {
        Path source = Files.createTempDirectory("hayloft-map-state").resolve(name() + ".java");
        try {
            Files.writeString(source, text());
            compile(source, Path.of(arguments[0]), arguments[1]);
        } finally {
            Files.deleteIfExists(source);
            Files.delete(source.getParent());
        }
    }

    private static String name() {
        return STATE.getSimpleName() + ValueModel.$$NATIVE;
    }

    /** The text that Chronicle Values would compile; its generator is not public. */
    private static String text() throws ReflectiveOperationException {
        Method generator = Class.forName("net.openhft.chronicle.values.Generators")
                .getDeclaredMethod("generateNativeClass", ValueModel.class, String.class);
        generator.setAccessible(true);
        return (String) generator.invoke(null, ValueModel.acquire(STATE), name());
    }

    private static void compile(Path source, Path classes, String release) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("the build needs a JDK: this Java has no compiler");
        }
        int status = compiler.run(
                null, null, null, "--release", release, "-proc:none", "-d", classes.toString(), source.toString());
        if (status != 0) {
            throw new IllegalStateException("the compiler refused " + source + ", status " + status);
        }
    }
}
