package dev.hayloft.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.hayloft.store.HayloftStore;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The picture of the rooms in docs/ARCHITECTURE.md, as the classes really are. */
final class ArchitectureTest {
    private static final String ROOT = "dev.hayloft.";

    /** Far below what there is: a rule that judges nothing would be green by accident. */
    private static final int CLASSES_MIN = 300;

    /** What each room may see. */
    private static final Map<String, Set<String>> MAY_SEE = Map.ofEntries(
            Map.entry("model", Set.of()),
            Map.entry("testing", Set.of("model")),
            Map.entry("log", Set.of("model")),
            Map.entry("index", Set.of("model")),
            Map.entry("erasure", Set.of("model")),
            Map.entry("compactor", Set.of("model", "log", "index", "erasure")),
            Map.entry("store", Set.of("model", "log", "index", "erasure", "compactor")),
            Map.entry("client", Set.of("model")),
            Map.entry("cli", Set.of("model", "client")),
            Map.entry("adminui", Set.of("model")),
            Map.entry("api", Set.of("model", "log", "index", "erasure", "compactor", "store", "adminui")));

    /** Library packages and the rooms that may name them. */
    private static final Map<String, Set<String>> LIBRARIES = Map.ofEntries(
            Map.entry("net.openhft.chronicle.queue..", Set.of("log")),
            Map.entry("net.openhft.chronicle.map..", Set.of("index")),
            Map.entry("net.openhft..", Set.of("log", "index")),
            Map.entry("org.rocksdb..", Set.of("index")),
            Map.entry("com.github.luben.zstd..", Set.of("log", "store", "cli")),
            Map.entry("java.sql..", Set.of("cli")),
            Map.entry("software.amazon..", Set.of("cli")),
            Map.entry("com.google.flatbuffers..", Set.of("api")),
            Map.entry("org.eclipse.jetty..", Set.of("api")),
            Map.entry("org.glassfish..", Set.of("api")),
            Map.entry("jakarta..", Set.of("api")),
            Map.entry("io.dropwizard..", Set.of("api")),
            Map.entry("com.codahale..", Set.of("api")),
            Map.entry("com.fasterxml.jackson.databind..", Set.of("api")),
            Map.entry("picocli..", Set.of("cli")),
            Map.entry("org.junit..", Set.of("testing")));

    /** The fronts: they assemble, so they pick the clock, and they talk to a person. */
    private static final DescribedPredicate<JavaClass> FRONTS = resideInAnyPackage(ROOT + "api..", ROOT + "cli..");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("/bench/")) // Measures, and is no room.
                .withImportOption(location -> !location.contains("-tests.jar")) // Tests that a room lends.
                .importPackages("dev.hayloft");
    }

    @Test
    void classes_imported_areEnoughToJudge() {
        assertThat(classes).hasSizeGreaterThan(CLASSES_MIN);
        assertThat(classes.stream().map(ArchitectureTest::roomOf).distinct())
                .as("rooms with classes")
                .contains("model", "testing", "log");
    }

    @Test
    void rooms_seenFromEachRoom_areThoseBelow() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass type : classes) {
            assertThat(MAY_SEE).as(type.getName()).containsKey(roomOf(type));
            Set<String> allowed = MAY_SEE.getOrDefault(roomOf(type), Set.of());
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT)
                        && !roomOf(target).equals(roomOf(type))
                        && !allowed.contains(roomOf(target))) {
                    wrong.add(type.getName() + " sees " + target.getName());
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** A room's own root package is its door: it and the packages behind it know each other. */
    @Test
    void packages_amongThemselves_haveNoCycles() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        String name = type.getPackageName();
                        return !name.startsWith(ROOT) || name.equals(ROOT + roomOf(type))
                                ? SliceIdentifier.ignore()
                                : SliceIdentifier.of(name.substring(ROOT.length()));
                    }

                    @Override
                    public String getDescription() {
                        return "packages behind the doors of the rooms";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    @Test
    void libraries_eachOfThem_staysInItsRoom() {
        LIBRARIES.forEach((library, rooms) -> noClasses()
                .that(new DescribedPredicate<>("are outside " + rooms) {
                    @Override
                    public boolean test(JavaClass type) {
                        return !rooms.contains(roomOf(type));
                    }
                })
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .allowEmptyShould(true)
                .check(classes));
    }

    @Test
    void model_ofAllRooms_seesTheJdkAlone() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "model..")
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "org.jspecify..", ROOT + "model..")
                .check(classes);
    }

    @Test
    void wallClock_outsideTheFronts_isNotRead() {
        Set<String> clocks = Set.of(
                Instant.class.getName() + ".now",
                LocalDate.class.getName() + ".now",
                LocalDateTime.class.getName() + ".now",
                ZonedDateTime.class.getName() + ".now",
                Clock.class.getName() + ".systemUTC",
                Clock.class.getName() + ".systemDefaultZone",
                InstantSource.class.getName() + ".system",
                System.class.getName() + ".currentTimeMillis");
        assertThat(callsOf(clocks, FRONTS.or(JavaClass.Predicates.equivalentTo(HayloftStore.class))))
                .as("and outside the door of the library, which has a clock for whoever brings none")
                .isEmpty();
    }

    @Test
    void sleep_anywhere_isNotCalled() {
        assertThat(callsOf(
                        Set.of(Thread.class.getName() + ".sleep", Throwable.class.getName() + ".printStackTrace"),
                        DescribedPredicate.alwaysFalse()))
                .isEmpty();
    }

    @Test
    void standardStreams_outsideTheFronts_areNotTouched() {
        String system = System.class.getName();
        assertThat(callsOf(Set.of(system + ".out", system + ".err", system + ".in"), FRONTS))
                .isEmpty();
    }

    @Test
    void packages_byName_areNouns() {
        List<String> refused = List.of("util", "utils", "common", "misc", "manager", "impl", "helper", "helpers");
        assertThat(classes.stream().map(JavaClass::getPackageName).distinct())
                .noneMatch(name -> List.of(name.split("\\.")).stream().anyMatch(refused::contains));
    }

    @Test
    void records_theirComponents_areNotArrays() {
        assertThat(classes.stream()
                        .filter(JavaClass::isRecord)
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> !field.getModifiers().contains(JavaModifier.STATIC))
                        .filter(field -> field.getRawType().isArray())
                        .map(Object::toString))
                .isEmpty();
    }

    private static Set<String> callsOf(Set<String> members, DescribedPredicate<JavaClass> exempt) {
        Set<String> found = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!exempt.test(type)) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    String member = access.getTargetOwner().getName() + "." + access.getName();
                    if (members.contains(member)) {
                        found.add(access.getDescription());
                    }
                }
            }
        }
        return found;
    }

    private static String roomOf(JavaClass type) {
        String rest = type.getPackageName().substring(ROOT.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
