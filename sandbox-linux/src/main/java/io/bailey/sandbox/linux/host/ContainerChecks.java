package io.bailey.sandbox.linux.host;

import static io.bailey.sandbox.linux.host.Doctor.degraded;
import static io.bailey.sandbox.linux.host.Doctor.missing;
import static io.bailey.sandbox.linux.host.Doctor.ok;

import io.bailey.sandbox.Finding;
import io.bailey.sandbox.linux.sys.MountInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether the JVM itself runs in a container, and what that one covers up. */
final class ContainerChecks {
    private ContainerChecks() {}

    static List<Finding> of(Source source) {
        List<MountInfo> mounts = MountInfo.parse(source.read("/proc/self/mountinfo"));
        return List.of(ok("container", around(source)), maskedProc(mounts), hidepid(mounts));
    }

    private static String around(Source source) {
        String cgroup = source.read("/proc/self/cgroup");
        if (source.exists("/run/.containerenv")) {
            return "this JVM runs in a Podman container";
        }
        if (cgroup.contains("kubepods") || source.exists("/var/run/secrets/kubernetes.io")) {
            return "this JVM runs in a Kubernetes pod";
        }
        if (source.exists("/.dockerenv") || cgroup.contains("/docker")) {
            return "this JVM runs in a Docker container";
        }
        if (cgroup.contains("/lxc")) {
            return "this JVM runs in an LXC container";
        }
        boolean wsl =
                source.line("/proc/sys/kernel/osrelease")
                        .toLowerCase(Locale.ROOT)
                        .contains("microsoft");
        return wsl ? "none, on WSL" : "none";
    }

    /**
     * A fresh proc is refused (EPERM) to a user namespace while something covers a part of the one
     * in sight: mount_too_revealing() in fs/namespace.c. Mounts on permanently empty directories do
     * not count.
     */
    private static Finding maskedProc(List<MountInfo> mounts) {
        List<String> covered = new ArrayList<>();
        for (MountInfo mount : mounts) {
            String point = mount.mountPoint();
            if (point.startsWith("/proc/")
                    && !point.equals("/proc/sys/fs/binfmt_misc")
                    && !point.equals("/proc/fs/nfsd")) {
                covered.add(point);
            }
        }
        return covered.isEmpty()
                ? ok("/proc", "not covered by other mounts")
                : missing(
                        "/proc",
                        covered.size()
                                + " mounts cover parts of it ("
                                + covered.getFirst()
                                + " …): a sandbox may not mount its own",
                        "run the container with --security-opt systempaths=unconfined (Docker), unmask=ALL (Podman) or"
                                + " procMount: Unmasked (Kubernetes)");
    }

    private static Finding hidepid(List<MountInfo> mounts) {
        for (MountInfo mount : mounts) {
            boolean hides =
                    mount.superOptions().contains("hidepid=")
                            && !mount.hasSuperOption("hidepid=0")
                            && !mount.hasSuperOption("hidepid=off");
            if (mount.type().equals("proc") && mount.mountPoint().equals("/proc") && hides) {
                return degraded(
                        "hidepid",
                        "/proc hides the processes of other users, and so a sandbox's from this JVM",
                        "add this user to the group of the mount option gid=, or mount -o remount,hidepid=0 /proc");
            }
        }
        return ok("hidepid", "off");
    }
}
