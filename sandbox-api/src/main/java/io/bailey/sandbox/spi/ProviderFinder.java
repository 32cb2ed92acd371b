package io.bailey.sandbox.spi;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.image.Images;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds the one engine that {@link Sandbox} and {@link Images} speak to. */
final class ProviderFinder {

    /**
     * Only ever an engine that was found by the class loader of this library, which lives as long
     * as it does. One found by a context class loader belongs to an application that may be
     * undeployed, and is looked up each time.
     */
    private static volatile @Nullable SandboxProvider own;

    private ProviderFinder() {}

    /**
     * Returns the engine beside this library, or else the one that the thread's context class
     * loader sees.
     *
     * @throws SandboxUnavailableException if there is none
     */
    static SandboxProvider find() {
        SandboxProvider known = own;
        if (known != null) {
            return known;
        }
        Optional<SandboxProvider> beside = load(ProviderFinder.class.getClassLoader());
        beside.ifPresent(provider -> own = provider);
        return beside.or(() -> load(Thread.currentThread().getContextClassLoader()))
                .orElseThrow(() -> new SandboxUnavailableException(List.of(missing())));
    }

    private static Optional<SandboxProvider> load(@Nullable ClassLoader loader) {
        try {
            return ServiceLoader.load(SandboxProvider.class, loader).findFirst();
        } catch (ServiceConfigurationError | LinkageError broken) {
            throw new SandboxUnavailableException(List.of(broken(broken)), broken);
        }
    }

    private static Finding missing() {
        return new Finding(
                "engine",
                Finding.Status.MISSING,
                "no " + SandboxProvider.class.getName() + " on the module path or class path",
                "add the artifact io.bailey:sandbox-linux, in the same version as"
                        + " io.bailey:sandbox-api");
    }

    private static Finding broken(Error broken) {
        return new Finding(
                "engine",
                Finding.Status.MISSING,
                "a provider could not be loaded: " + broken,
                "use io.bailey:sandbox-linux in the same version as io.bailey:sandbox-api");
    }
}
