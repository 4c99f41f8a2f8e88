package dev.hayloft.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import dev.hayloft.api.config.Setting;
import dev.hayloft.model.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The house rules that no compiler checks, over the working tree. */
final class TidyTest {
    private static final int LINE_CHARS_MAX = 120;
    private static final int METHOD_LINES_MAX = 70;
    private static final int CLASS_LINES_MAX = 450;
    private static final int TEST_CLASS_LINES_MAX = 700;
    private static final int JAVA_FILES_MIN = 60;

    /** An import, or a string alone on its line: the formatter leaves both as they are. */
    private static final Pattern UNBREAKABLE = Pattern.compile("^(import |\\s*(\\+ )?\").*");

    /** Put together, so that this file does not find itself. */
    private static final Pattern LEFTOVER =
            Pattern.compile("FIX" + "ME|XX" + "X\\b|TO" + "DO(?!\\(#\\d+\\):)|HA" + "CK\\b");

    private static final Pattern HOME_PATH =
            Pattern.compile("(?<![\\w.])/(?:ro" + "ot|ho" + "me|Us" + "ers|wo" + "rk)/");

    @Test
    void lines_ofEachSource_fitThePage() {
        List<Path> files = SourceTree.javaFiles();
        assertThat(files).hasSizeGreaterThan(JAVA_FILES_MIN);
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = SourceTree.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LINE_CHARS_MAX
                        && !UNBREAKABLE.matcher(lines.get(i)).find()) {
                    wrong.add(SourceTree.name(file) + ":" + (i + 1) + " has "
                            + lines.get(i).length() + " characters");
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void methodsAndClasses_ofEachSource_areShort() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(SourceTree.javaFiles()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<String> wrong = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                new LengthScanner(unit, positions, wrong).scan(unit, null);
            }
            assertThat(wrong).isEmpty();
        }
    }

    @Test
    void leftovers_inAnyFile_haveAnIssue() {
        assertThat(linesWith(LEFTOVER)).isEmpty();
    }

    @Test
    void paths_inAnyFile_areNotThoseOfOneMachine() {
        assertThat(linesWith(HOME_PATH)).isEmpty();
    }

    @Test
    void tabs_inAnyFile_areAbsent() {
        assertThat(linesWith(Pattern.compile("\t"))).isEmpty();
    }

    @Test
    void pages_eachOfThem_hasOneTitle() {
        List<Path> pages = SourceTree.pages();
        assertThat(pages).hasSizeGreaterThan(5);
        List<String> wrong = new ArrayList<>();
        for (Path page : pages) {
            boolean fenced = false;
            int titles = 0;
            for (String line : SourceTree.read(page).lines().toList()) {
                if (line.startsWith("```")) {
                    fenced = !fenced;
                }
                if (!fenced && line.startsWith("# ")) {
                    titles++;
                }
            }
            if (titles != 1) {
                wrong.add(SourceTree.name(page) + " has " + titles + " titles");
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void links_betweenPages_leadSomewhere() {
        Pattern link = Pattern.compile("]\\(([^)#:\\s]+)(?:#[^)]*)?\\)");
        List<String> wrong = new ArrayList<>();
        for (Path page : SourceTree.pages()) {
            Matcher matcher = link.matcher(SourceTree.read(page));
            while (matcher.find()) {
                if (Files.notExists(page.resolveSibling(matcher.group(1)).normalize())) {
                    wrong.add(SourceTree.name(page) + " links to " + matcher.group(1));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void packages_withClasses_sayWhatBelongsThere() {
        Set<String> wrong = new TreeSet<>();
        for (Path file : SourceTree.javaFiles()) {
            Path folder = file.getParent();
            if (folder != null && file.toString().contains("/src/main/java/")) {
                Path page = folder.resolve("package-info.java");
                if (Files.notExists(page) || !SourceTree.read(page).contains("@NullMarked")) {
                    wrong.add(SourceTree.name(folder));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void errorCodes_allOfThem_areInTheApiPage() {
        String page = SourceTree.read(SourceTree.root().resolve("docs/api.md"));
        List<String> missing = new ArrayList<>();
        for (ErrorCode code : ErrorCode.values()) {
            String name = code.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (!page.contains("`" + name + "`")) {
                missing.add(name);
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void settings_allOfThem_areInTheConfigurationPage() {
        String page = SourceTree.read(SourceTree.root().resolve("docs/configuration.md"));
        List<String> missing = new ArrayList<>();
        for (Setting setting : Setting.values()) {
            String value = setting.defaultText().isEmpty() ? "none" : "`" + setting.defaultText() + "`";
            boolean ofTheMachine = setting == Setting.STORAGE_PARTITIONS;
            String row = "| `" + setting.dotted() + "` | " + (ofTheMachine ? "cores, at most 16" : value) + " |";
            if (!page.contains(row)) {
                missing.add(row);
            }
        }
        assertThat(missing).isEmpty();
    }

    private static List<String> linesWith(Pattern pattern) {
        List<String> found = new ArrayList<>();
        for (Path file : SourceTree.textFiles()) {
            List<String> lines = SourceTree.read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(SourceTree.name(file) + ":" + (i + 1) + ": "
                            + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    /** Notes each method and each outermost type that is too long. */
    private static final class LengthScanner extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> wrong;
        private int depth;

        LengthScanner(CompilationUnitTree unit, SourcePositions positions, List<String> wrong) {
            this.unit = unit;
            this.positions = positions;
            this.wrong = wrong;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            check(method, method.getName().toString(), METHOD_LINES_MAX);
            return super.visitMethod(method, null);
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            if (depth == 0) {
                boolean test = unit.getSourceFile().getName().contains("/src/test/");
                check(type, type.getSimpleName().toString(), test ? TEST_CLASS_LINES_MAX : CLASS_LINES_MAX);
            }
            depth++;
            super.visitClass(type, null);
            depth--;
            return null;
        }

        private void check(Tree tree, String name, int linesMax) {
            long start = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
            long end = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
            if (end - start + 1 > linesMax) {
                String file = SourceTree.name(Path.of(unit.getSourceFile().getName()));
                wrong.add(file + ":" + start + " " + name + " has " + (end - start + 1) + " lines");
            }
        }
    }
}
