package io.bailey.sandbox.linux.arch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;

import io.bailey.sandbox.linux.LinuxSandboxProvider;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** What the engine promises about itself. */
class ArchitectureTest {
    private static final Set<String> GENERIC =
            Set.of(
                    RuntimeException.class.getName(),
                    Exception.class.getName(),
                    Error.class.getName(),
                    Throwable.class.getName());

    @Test
    void thereIsSomethingToLookAt() {
        assertThat(Engine.CLASSES.size()).isGreaterThan(100);
        assertThat(Engine.API.size()).isGreaterThan(30);
        assertThat(Engine.CLASSES).noneMatch(type -> type.getSimpleName().endsWith("Test"));
    }

    @Test
    void onlySysTouchesForeignMemory() {
        noClasses()
                .that()
                .resideOutsideOfPackage(Engine.PACKAGE + ".sys")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(Engine.CLASSES);
    }

    /** The calls of java.lang.invoke that a downcall needs. */
    @Test
    void onlySysHoldsMethodHandles() {
        noClasses()
                .that()
                .resideOutsideOfPackage(Engine.PACKAGE + ".sys")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.invoke.MethodHandle")
                .check(Engine.CLASSES);
    }

    @Test
    void nothingIsPrinted() {
        noClasses().should(ACCESS_STANDARD_STREAMS).check(Engine.CLASSES);
    }

    /** An exception has a name that says what happened. */
    @Test
    void noGenericExceptionIsMade() {
        noClasses()
                .should()
                .callConstructorWhere(
                        DescribedPredicate.describe(
                                "makes a generic exception",
                                call ->
                                        GENERIC.contains(call.getTargetOwner().getName())
                                                && !call.getOriginOwner()
                                                        .isAssignableTo(Throwable.class)))
                .check(Engine.CLASSES);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching(Engine.PACKAGE + ".(**)").should().beFreeOfCycles().check(Engine.CLASSES);
    }

    /** Plans are pure: they are compiled without asking anything of the machine. */
    @Test
    void aPlanIsCompiledWithoutACall() {
        noClasses()
                .that()
                .resideInAnyPackage(Engine.PACKAGE + ".plan", Engine.PACKAGE + ".program")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("Linux")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.io..", "java.lang.management..")
                .orShould()
                .callMethod(Runtime.class, "getRuntime")
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(Engine.CLASSES);
    }

    /** Compiling a filter asks nothing of the machine either, and reads no files. */
    @Test
    void filtersAreCompiledWithoutACall() {
        noClasses()
                .that()
                .resideInAPackage(Engine.PACKAGE + ".seccomp")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.io..", "java.lang.management..")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("io.bailey.sandbox")
                .check(Engine.CLASSES);
    }

    /** A start without a document does not load Jackson. */
    @Test
    void onlyReadersOfDocumentsKnowJackson() {
        noClasses()
                .that()
                .resideOutsideOfPackage(Engine.PACKAGE + ".image.document")
                .and()
                .haveNameNotMatching(".*\\.(JsonTree|StateJson)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("tools.jackson..")
                .check(Engine.CLASSES);
    }

    @Test
    void theApiDoesNotKnowTheEngine() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage(Engine.PACKAGE + "..")
                .check(Engine.API);
    }

    @Test
    void everyPackageIsNullMarkedAndSaysWhatItIsFor() throws Exception {
        Set<String> packages = new TreeSet<>();
        Engine.CLASSES.forEach(type -> packages.add(type.getPackageName()));
        for (String name : packages) {
            Path source =
                    Path.of("src/main/java", name.replace('.', '/')).resolve("package-info.java");
            assertThat(source).content().contains("@NullMarked", "/**");
        }
        Module module = LinuxSandboxProvider.class.getModule();
        assertThat(module.isAnnotationPresent(NullMarked.class)).isTrue();
    }

    @Test
    void theModuleExportsNothing() {
        Module module = LinuxSandboxProvider.class.getModule();
        assertThat(module.getName()).isEqualTo("io.bailey.sandbox.linux");
        assertThat(module.getDescriptor().exports()).isEmpty();
    }
}
