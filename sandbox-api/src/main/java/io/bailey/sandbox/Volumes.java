package io.bailey.sandbox;

import io.bailey.sandbox.spi.SandboxProvider;

import java.util.List;

/**
 * The volumes of this user. They lie where data lies that is to survive a restart of the machine:
 * {@code /var/lib/bailey/volumes} for root, {@code $XDG_DATA_HOME/bailey/volumes} or {@code
 * ~/.local/share/bailey/volumes} for others; the system property {@code bailey.volumes} names
 * another directory.
 *
 * @since 0.1
 */
public final class Volumes {

    private Volumes() {}

    /**
     * Lists the volumes.
     *
     * @return by name
     * @throws SandboxException if they cannot be read
     */
    public static List<Volume> list() {
        return SandboxProvider.find().containers().volumes();
    }

    /**
     * Makes a volume, if it is not there. A container that names one does the same.
     *
     * @param name 1 to 128 of {@code A-Z a-z 0-9 _ . -}, beginning with a letter or digit
     * @return the volume
     * @throws SandboxConfigException if it is no such name
     * @throws SandboxException if it cannot be made
     */
    public static Volume create(String name) {
        return SandboxProvider.find().containers().createVolume(SpecRules.name(name));
    }

    /**
     * Removes a volume with all its files.
     *
     * @param name its name
     * @return whether there was one
     * @throws IllegalStateException if a container has it mounted
     * @throws SandboxConfigException if it is no name of a volume
     * @throws SandboxException if something could not be removed; the message names it
     */
    public static boolean remove(String name) {
        return SandboxProvider.find().containers().removeVolume(SpecRules.name(name));
    }
}
