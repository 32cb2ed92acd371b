package io.bailey.sandbox.linux;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.ImagesSpec;
import io.bailey.sandbox.linux.container.Engine;
import io.bailey.sandbox.linux.image.LinuxImages;
import io.bailey.sandbox.spi.ContainerStore;
import io.bailey.sandbox.spi.SandboxProvider;

/** The door: what ServiceLoader finds. */
public final class LinuxSandboxProvider implements SandboxProvider {

    /** For ServiceLoader. */
    public LinuxSandboxProvider() {}

    @Override
    public Sandbox create(SandboxSpec spec) {
        return Engine.shared().create(spec);
    }

    @Override
    public SeccompProfile.Rules recordSeccomp(SandboxSpec spec, Command command)
            throws InterruptedException {
        return Engine.shared().record(spec, command);
    }

    @Override
    public Images openImages(ImagesSpec spec) {
        Engine.requireNativeAccess();
        return LinuxImages.open(spec);
    }

    @Override
    public ContainerStore containers() {
        return Engine.shared().containers();
    }

    @Override
    public boolean enterLeafCgroup() {
        return Engine.enterLeafCgroup();
    }

    @Override
    public HostReport doctor() {
        return Engine.doctor();
    }
}
