package io.bailey.sandbox;

import io.bailey.sandbox.spi.SandboxProvider;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Puts an engine where only the context class loader of this thread finds it, as an application
 * server would.
 */
public final class ContextEngine implements AutoCloseable {

    private static final ThreadLocal<SandboxProvider> CURRENT = new ThreadLocal<>();

    private final ClassLoader before = Thread.currentThread().getContextClassLoader();
    private final URLClassLoader loader;

    private ContextEngine(Path classes) throws IOException {
        loader = new ChildFirst(new URL[] {classes.toUri().toURL()});
        Thread.currentThread().setContextClassLoader(loader);
    }

    /** Makes the given engine the one of this thread; the directory must be empty. */
    public static ContextEngine of(SandboxProvider engine, Path directory) throws IOException {
        CURRENT.set(engine);
        String name = RelayProvider.class.getName();
        Path file = directory.resolve(name.replace('.', '/') + ".class");
        Files.createDirectories(file.getParent());
        try (InputStream bytes = RelayProvider.class.getResourceAsStream("RelayProvider.class")) {
            Files.copy(bytes, file);
        }
        return named(name, directory);
    }

    /** Names a provider class, which may be missing. */
    static ContextEngine named(String provider, Path directory) throws IOException {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(SandboxProvider.class.getName()), provider);
        return new ContextEngine(directory);
    }

    /** Returns the engine of this thread. */
    public static SandboxProvider current() {
        return CURRENT.get();
    }

    @Override
    public void close() throws IOException {
        Thread.currentThread().setContextClassLoader(before);
        CURRENT.remove();
        loader.close();
    }

    /**
     * Else the class loader above would answer with the class of the same name that is in a named
     * module.
     */
    private static final class ChildFirst extends URLClassLoader {

        ChildFirst(URL[] urls) {
            super(urls, ContextEngine.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(RelayProvider.class.getName())) {
                Class<?> known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
            return super.loadClass(name, resolve);
        }
    }
}
