package io.bailey.sandbox;

import java.nio.file.Path;

/**
 * A device of the host that a sandbox may use, beside the standard ones ({@code null zero full
 * random urandom tty} and pseudo-terminals).
 *
 * <p>The host's own node appears in the sandbox's {@code /dev}; whether it may be opened is then a
 * matter of its owner and mode, as on the host. Under {@link IdMap#AUTO} the owners of a node are
 * not mapped into the sandbox: what counts is what the mode gives to others.
 *
 * @param source the node on the host, absolute
 * @param target where it appears: a name directly in {@code /dev}
 * @param writable whether it may be opened for writing too
 * @since 0.1
 */
public record Device(Path source, String target, boolean writable) {

    private static final String DIRECTORY = "/dev/";

    /**
     * Creates a device.
     *
     * @throws SandboxConfigException if the target is not directly in {@code /dev}, or the source
     *     not in the default file system
     */
    public Device {
        source = InsidePath.onHost("device", source);
        InsidePath.absolute("device target", target);
        if (!target.startsWith(DIRECTORY) || target.indexOf('/', DIRECTORY.length()) >= 0) {
            throw new SandboxConfigException(
                    "device target: " + Text.quote(target) + " is not a name directly in /dev");
        }
    }

    /**
     * Returns a device for reading and writing under the name it has on the host.
     *
     * @param source the node on the host, directly in {@code /dev}, such as {@code /dev/fuse}
     * @return the device
     * @throws SandboxConfigException if it is not directly in {@code /dev}
     */
    public static Device of(Path source) {
        return new Device(source, source.toString(), true);
    }

    /**
     * Returns the same device for reading only.
     *
     * @return the changed copy
     */
    public Device readOnly() {
        return new Device(source, target, false);
    }
}
