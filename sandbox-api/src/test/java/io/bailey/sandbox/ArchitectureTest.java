package io.bailey.sandbox;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** What this module promises about itself. */
class ArchitectureTest {

    private static JavaClasses api;

    @BeforeAll
    static void load() throws URISyntaxException {
        Path classes =
                Path.of(Sandbox.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        api =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPath(classes);
        assertThat(api).isNotEmpty();
    }

    @Test
    void dependsOnTheJdkOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.bailey.sandbox",
                        "io.bailey.sandbox.image",
                        "io.bailey.sandbox.spi",
                        "org.jspecify.annotations")
                .check(api);
    }

    @Test
    void knowsNoKernelAndNoProcesses() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.foreign..", "java.nio.channels..", "java.net..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(api);
    }

    @Test
    void exceptionsHaveOneRoot() {
        classes()
                .that()
                .areAssignableTo(Throwable.class)
                .should()
                .beAssignableTo(SandboxException.class)
                .check(api);
    }

    @Test
    void theModuleIsNullMarked() {
        Module module = Sandbox.class.getModule();
        assertThat(module.getName()).isEqualTo("io.bailey.sandbox");
        assertThat(module.isAnnotationPresent(NullMarked.class)).isTrue();
    }
}
