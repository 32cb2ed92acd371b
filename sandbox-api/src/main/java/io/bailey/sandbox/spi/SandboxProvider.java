package io.bailey.sandbox.spi;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.HostReport;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.image.Images;
import io.bailey.sandbox.image.ImagesSpec;

/**
 * An engine that turns a {@link SandboxSpec} into a living {@link Sandbox}.
 *
 * <p>Found with {@link java.util.ServiceLoader}. An implementation is thread-safe, cheap to
 * construct (nothing is probed or loaded before the first call), and holds no state of the thread
 * that loads it: one instance may serve the whole JVM.
 *
 * @since 0.1
 */
public interface SandboxProvider {

    /**
     * Returns a sandbox for the given recipe, after checking the recipe against this host.
     *
     * <p>The rules that hold on every host are already met: a {@code SandboxSpec} that contradicts
     * itself cannot exist.
     *
     * @param spec the whole recipe
     * @return a sandbox whose {@link Sandbox#spec()} is {@code spec}
     * @throws io.bailey.sandbox.SandboxUnavailableException if this host cannot give what the
     *     recipe asks for
     * @throws io.bailey.sandbox.SandboxConfigException if the recipe names something that this host
     *     does not have, such as a directory or a CPU
     */
    Sandbox create(SandboxSpec spec);

    /**
     * Runs a command in a sandbox of the given recipe without its seccomp profile, and returns the
     * profile that allows what it did.
     *
     * @param spec the whole recipe
     * @param command the command
     * @return the profile of that run
     * @throws io.bailey.sandbox.ExitException if the command did not exit with 0
     * @throws io.bailey.sandbox.SandboxException as {@link Sandbox#run(Command)}
     * @throws InterruptedException if the thread was interrupted; the sandbox is gone by then
     */
    SeccompProfile.Rules recordSeccomp(SandboxSpec spec, Command command)
            throws InterruptedException;

    /**
     * Opens a store of images.
     *
     * @param spec how
     * @return the store
     * @throws io.bailey.sandbox.image.ImageException if it cannot be opened
     */
    Images openImages(ImagesSpec spec);

    /**
     * Returns what is known of containers and volumes beyond this JVM.
     *
     * @return the same each time
     * @throws io.bailey.sandbox.SandboxUnavailableException if this host cannot have containers
     */
    ContainerStore containers();

    /**
     * Moves this JVM into a cgroup of its own, see {@link Sandbox#enterLeafCgroup()}.
     *
     * @return whether it was moved
     */
    boolean enterLeafCgroup();

    /**
     * Returns the engine beside this library, or else the one that the thread's context class
     * loader sees.
     *
     * @return the engine
     * @throws io.bailey.sandbox.SandboxUnavailableException if there is none
     */
    static SandboxProvider find() {
        return ProviderFinder.find();
    }

    /**
     * Examines this host. Never throws for what is missing: that is a finding.
     *
     * @return what works here, what does not, and the fix
     */
    HostReport doctor();
}
