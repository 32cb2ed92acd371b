package io.bailey.sandbox.linux.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.cgroup.ControllerReport;
import io.bailey.sandbox.linux.cgroup.Layout;
import io.bailey.sandbox.linux.host.HostFacts;
import io.bailey.sandbox.linux.image.erofs.ErofsMount;
import io.bailey.sandbox.linux.sys.Arch;
import io.bailey.sandbox.linux.sys.Linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Something a machine or a user may have or not, and that some tests cannot do without. */
public enum Power {
    /** Effective CAP_SYS_ADMIN in the initial user namespace. */
    ROOT,
    /** The opposite of {@link #ROOT}: what only ordinary users meet. */
    NOT_ROOT,
    /** This user may make user namespaces. */
    USERNS,
    /** The controllers are on the one cgroup2 tree. */
    CGROUP_V2,
    /** Controllers are bound to v1 hierarchies. */
    CGROUP_V1,
    /** This user may make groups with every controller but those of disks and huge pages. */
    CGROUP_WRITABLE,
    /** And with that of disks. */
    CGROUP_IO,
    /** A C compiler called gcc on the PATH. */
    GCC,
    /** This machine is an x86-64 one. */
    X86_64,
    /** gcc makes programs that need no library: hostile programs run in roots that have none. */
    STATIC_GCC,
    /** The kernel has overlay. */
    OVERLAY,
    /** Landlock with scopes: ABI 6, Linux 6.12. */
    LANDLOCK_SCOPES,
    /** There is a /dev/fuse: a device that does no harm when it is opened. */
    FUSE,
    /** Files for temporary things can be mounted as EROFS: root, Linux 6.12, no tmpfs. */
    EROFS,
    /** Loop devices. */
    LOOP,
    /** /etc/subuid can be opened for writing: leases of ids are locks of it. */
    ID_LEASES;

    /** cpuacct is one on v1 only. */
    private static final Set<String> LIMITING =
            Set.of("memory", "pids", "cpu", "cpuset", "cpuacct");

    /** Is it there? */
    public boolean isPresent() {
        return switch (this) {
            case ROOT -> HostFacts.probe(Linux.host()).privileged();
            case NOT_ROOT -> !ROOT.isPresent();
            case USERNS -> HostFacts.probe(Linux.host()).userNamespaces();
            case CGROUP_V2 -> Cgroups.discover(Linux.host()).layout() == Layout.V2;
            case CGROUP_V1 -> Cgroups.discover(Linux.host()).layout() == Layout.HYBRID;
            case CGROUP_WRITABLE -> usable(LIMITING);
            case CGROUP_IO -> usable(Set.of("io")) && CGROUP_WRITABLE.isPresent();
            case GCC -> onPath("gcc");
            case X86_64 -> Arch.current() == Arch.X86_64;
            case STATIC_GCC -> onPath("gcc") && linksStatically();
            case OVERLAY -> overlayListed();
            case LANDLOCK_SCOPES -> HostFacts.probe(Linux.host()).landlockAbi() >= 6;
            case ID_LEASES -> Files.isWritable(Path.of("/etc/subuid"));
            case LOOP -> Files.exists(Path.of("/dev/loop-control"));
            case FUSE -> Files.exists(Path.of("/dev/fuse"));
            case EROFS ->
                    ErofsMount.works(Linux.host(), Path.of(System.getProperty("java.io.tmpdir")));
        };
    }

    private static boolean usable(Set<String> controllers) {
        Cgroups cgroups = Cgroups.discover(Linux.host());
        return cgroups.layout() != Layout.NONE
                && cgroups.report().stream()
                        .filter(report -> controllers.contains(report.controller()))
                        .allMatch(ControllerReport::usable);
    }

    private static boolean onPath(String program) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    private static boolean linksStatically() {
        try {
            Process gcc = new ProcessBuilder("gcc", "-print-file-name=libc.a").start();
            String answer = new String(gcc.getInputStream().readAllBytes(), UTF_8).strip();
            // It answers with the bare name if there is none.
            return answer.startsWith("/");
        } catch (IOException noGcc) {
            return false;
        }
    }

    private static boolean overlayListed() {
        try {
            return Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n");
        } catch (IOException noProc) {
            return false;
        }
    }
}
