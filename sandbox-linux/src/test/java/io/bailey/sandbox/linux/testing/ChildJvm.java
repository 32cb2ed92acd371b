package io.bailey.sandbox.linux.testing;

import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.LinuxSandboxProvider;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** What tests that start a JVM of their own need. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * Where the library and these tests lie, whichever way this JVM found them: Maven patches the
     * tests into the module, the console launcher loads all by a class loader of its own.
     */
    public static String classPath() {
        return String.join(
                File.pathSeparator,
                home(Sandbox.class),
                home(LinuxSandboxProvider.class),
                home(ChildJvm.class),
                Path.of(System.getProperty("basedir", ""), "target", "test-classes")
                        .toAbsolutePath()
                        .toString());
    }

    private static String home(Class<?> one) {
        try {
            return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
