package io.bailey.sandbox.linux.arch;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.LinuxSandboxProvider;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/** The class files that ship, as ArchUnit sees them. */
final class Engine {
    static final String PACKAGE = "io.bailey.sandbox.linux";
    static final JavaClasses CLASSES = load(LinuxSandboxProvider.class, PACKAGE);
    static final JavaClasses API = load(Sandbox.class, "");

    private Engine() {}

    /**
     * By where they lie, a folder or a jar, so that tests, which share the packages, are not among
     * them.
     */
    private static JavaClasses load(Class<?> one, String below) {
        try {
            Path home = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
            ClassFileImporter importer = new ClassFileImporter();
            if (Files.isDirectory(home)) {
                return importer.importPath(home.resolve(below.replace('.', '/')));
            }
            try (JarFile jar = new JarFile(home.toFile())) {
                return importer.importJar(jar);
            }
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
