package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.missing;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.linux.sys.Arch;
import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.NativeAccess;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The kernel, the JVM's way to it, and the calls a sandbox is made with. */
final class KernelChecks {
    /** mount_setattr(2), the youngest call nothing can stand in for. */
    private static final KernelVersion OLDEST = new KernelVersion(5, 12, 0);

    /** Bogus flags or sizes: the kernel refuses them before it does anything. */
    private static final long BOGUS = 0x7fff_fff0;

    private KernelChecks() {}

    static List<Finding> of(Source source, HostFacts facts) {
        return List.of(
                kernel(source, facts), nativeAccess(source), calls(source), overlay(source, facts));
    }

    private static Finding kernel(Source source, HostFacts facts) {
        String found =
                source.line("/proc/sys/kernel/osrelease")
                        + " "
                        + Arch.current().name().toLowerCase(Locale.ROOT);
        return facts.kernel().compareTo(OLDEST) < 0
                ? missing("kernel", found, "boot Linux " + OLDEST + " or newer")
                : ok("kernel", found);
    }

    private static Finding nativeAccess(Source source) {
        return source.nativeAccess()
                ? ok("native access", "granted")
                : degraded(
                        "native access",
                        "not granted: the JVM prints a warning, and will refuse one day (JEP 472)",
                        "start the JVM with " + NativeAccess.flag());
    }

    /** A call that answers anything but ENOSYS and EPERM to nonsense is there and not filtered. */
    private static Finding calls(Source source) {
        List<String> lost = new ArrayList<>();
        probe(source, lost, Sys.CLONE3, 0, 0);
        probe(source, lost, Sys.OPENAT2, -1, 0, 0, 0);
        probe(source, lost, Sys.OPEN_TREE, -1, 0, BOGUS);
        probe(source, lost, Sys.MOVE_MOUNT, -1, 0, -1, 0, BOGUS);
        probe(source, lost, Sys.MOUNT_SETATTR, -1, 0, BOGUS, 0, 0);
        probe(source, lost, Sys.CLOSE_RANGE, 1, 0, BOGUS);
        probe(source, lost, Sys.PIDFD_OPEN, -1, 0);
        probe(source, lost, Sys.FSOPEN, 0, BOGUS);
        return lost.isEmpty()
                ? ok("system calls", "clone3, openat2, pidfds and the mount calls answer")
                : missing(
                        "system calls",
                        String.join(", ", lost),
                        "boot Linux "
                                + OLDEST
                                + " or newer, and let the seccomp profile of the container around this"
                                + " JVM allow them");
    }

    private static void probe(Source source, List<String> lost, Sys call, long... arguments) {
        int errno = source.errno(call, arguments);
        // These ask for CAP_SYS_ADMIN before they look at anything, and a sandbox has it in its
        // user namespace.
        boolean privilegeFirst =
                call == Sys.FSOPEN
                        || call == Sys.MOVE_MOUNT
                        || call == Sys.MOUNT_SETATTR
                        || call == Sys.OPEN_TREE;
        if (errno == Errno.ENOSYS || (errno == Errno.EPERM && !privilegeFirst)) {
            lost.add(call.label() + ": " + Errno.name(errno));
        }
    }

    private static Finding overlay(Source source, HostFacts facts) {
        boolean listed = (source.read("/proc/filesystems") + "\n").contains("\toverlay\n");
        if (!listed) {
            return degraded(
                    "overlay",
                    "not in /proc/filesystems: no thin writable layer",
                    "modprobe overlay, or use writableRoot(READ_ONLY)");
        }
        return facts.overlayByFd()
                ? ok("overlay", "layers as descriptors, also in user namespaces")
                : ok(
                        "overlay",
                        "layers by path (as descriptors from Linux 6.13), also in user namespaces (5.11)");
    }
}
