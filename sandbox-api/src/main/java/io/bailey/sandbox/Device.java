package io.bailey.sandbox;

import java.nio.file.Path;

/**
 * A device of the host that a sandbox may use, beside the standard ones ({@code null zero full
 * random urandom tty} and pseudo-terminals).
 *
 * <p>The host's own node appears in the sandbox's {@code /dev}; whether it may be opened is then a
 * matter of its owner and mode, as on the host. Under {@link IdMap#AUTO} the owners of a node are
 * not mapped into the sandbox: what counts is what the mode gives to others. Owner, mode and times
 * of the node cannot be changed from inside, and no other node of the host is there.
 *
 * <p>That a device is not {@code writable} is more than a mount can see to: on a read-only mount a
 * device is written to all the same ({@code mount(2)}). The kernel's device controller keeps the
 * sandbox from opening it for writing, and for that the JVM must run as root, with the v1
 * controller {@code devices} or, on cgroup v2, the right to load a BPF program. Where neither is to
 * be had, a read-only device is refused when the sandbox is built, whatever {@link Enforcement}
 * says; there the owner and the mode of the node must see to it. What reading does is up to the
 * driver: an {@code ioctl(2)} needs no more than a descriptor opened for reading, and with many
 * drivers changes things.
 *
 * @apiNote A device is a piece of the kernel given into the hands of the sandbox, with all that its
 *     driver does. {@code /dev/kvm}, {@code /dev/fuse} and the render nodes of {@code /dev/dri} are
 *     made for that; disks, {@code /dev/mem} and {@code /dev/loop-control} give the host away.
 * @param source the node on the host, absolute; symbolic links are followed
 * @param target where it appears: a name directly in {@code /dev}
 * @param writable whether it may be opened for writing too
 * @since 0.1
 */
public record Device(Path source, String target, boolean writable) {

    private static final String DIRECTORY = "/dev/";

    /** {@code NAME_MAX} of {@code linux/limits.h}. */
    private static final int MAX_NAME = 255;

    /**
     * Creates a device.
     *
     * @throws SandboxConfigException if the target is not directly in {@code /dev}, its name is
     *     longer than 255 bytes of UTF-8, or the source not in the default file system
     */
    public Device {
        source = InsidePath.onHost("device", source);
        InsidePath.absolute("device target", target);
        if (!target.startsWith(DIRECTORY) || target.indexOf('/', DIRECTORY.length()) >= 0) {
            throw new SandboxConfigException(
                    "device target: " + Text.quote(target) + " is not a name directly in /dev");
        }
        Text.filled("device target's name", target.substring(DIRECTORY.length()), MAX_NAME);
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
     * Returns the same device for reading only, which not every host can enforce: see above.
     *
     * @return the changed copy
     */
    public Device readOnly() {
        return new Device(source, target, false);
    }
}
