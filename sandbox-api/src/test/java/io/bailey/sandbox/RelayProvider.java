package io.bailey.sandbox;

import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.spi.ContainerStore;
import io.bailey.sandbox.spi.SandboxProvider;

/**
 * A provider that {@link ContextEngine} loads a second time, in a class loader of its own. It
 * reaches the test only through {@link ContextEngine#current()}, which is of the class loader
 * above.
 */
public final class RelayProvider implements SandboxProvider {

    /** Called by {@link java.util.ServiceLoader}. */
    public RelayProvider() {}

    @Override
    public Sandbox create(SandboxSpec spec) {
        return ContextEngine.current().create(spec);
    }

    @Override
    public SeccompProfile.Rules recordSeccomp(SandboxSpec spec, Command command)
            throws InterruptedException {
        return ContextEngine.current().recordSeccomp(spec, command);
    }

    @Override
    public Images openImages(ImagesSpec spec) {
        return ContextEngine.current().openImages(spec);
    }

    @Override
    public ContainerStore containers() {
        return ContextEngine.current().containers();
    }

    @Override
    public boolean enterLeafCgroup() {
        return ContextEngine.current().enterLeafCgroup();
    }

    @Override
    public HostReport doctor() {
        return ContextEngine.current().doctor();
    }
}
