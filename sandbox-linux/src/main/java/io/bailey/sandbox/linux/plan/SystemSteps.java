package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.mount.DeviceDirectory;
import io.bailey.sandbox.linux.mount.KernelPaths;
import io.bailey.sandbox.linux.mount.MountFlags;
import io.bailey.sandbox.linux.mount.MountProgram;
import io.bailey.sandbox.linux.mount.Scratch;
import io.bailey.sandbox.linux.mount.TreeSource;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The file systems of the kernel's own: /proc, /sys, /dev and what lies on it, with what Docker
 * masks in them.
 */
final class SystemSteps {
    private static final String INOTIFY = "32";

    private final ProgramBuilder program;
    private final MountProgram mounts;
    private final SandboxSpec spec;
    private final Site site;
    private final Scratch scratch;
    private final Consumer<String> makeIfMissing;
    private final Variable target;
    private final Variable mount;

    SystemSteps(
            ProgramBuilder program,
            MountProgram mounts,
            SandboxSpec spec,
            Site site,
            Scratch scratch,
            Consumer<String> makeIfMissing) {
        this.program = program;
        this.mounts = mounts;
        this.spec = spec;
        this.site = site;
        this.scratch = scratch;
        this.makeIfMissing = makeIfMissing;
        this.target = program.variable("place");
        this.mount = program.variable("system");
    }

    void all() {
        proc();
        sys();
        dev();
    }

    private void proc() {
        program.step("mount proc", "/proc");
        freshOrTree("proc", site.trees().proc(), MountFlags.DATA, "/proc");
        if (site.identity().userNamespace()) {
            // One made inside would bring every capability back, over copies of these mounts.
            program.step("allow no user namespace inside", "/proc/sys/user/max_user_namespaces");
            mounts.write("/proc/sys/user/max_user_namespaces", "0", mount);
            // They are charged to the JVM's user too, who has 128 (fs.inotify.max_user_instances).
            program.step("bound the inotify instances", "/proc/sys/user/max_inotify_instances");
            mounts.writeIfThere("/proc/sys/user/max_inotify_instances", INOTIFY, mount);
        }
        KernelPaths.PROC_READ_ONLY.forEach(path -> {
            program.step("make read-only", path);
            mounts.readOnly(path, target, mount);
        });
        KernelPaths.PROC_MASKED.forEach(this::mask);
    }

    private void sys() {
        program.step("mount sysfs", "/sys");
        freshOrTree("sysfs", site.trees().sys(), MountFlags.READ_ONLY_DATA, "/sys");
        if (site.cgroupDirectory() && spec.namespaces().contains(Namespace.CGROUP)) {
            program.step("mount cgroup2 read-only", "/sys/fs/cgroup");
            freshOrTree("cgroup2", Optional.empty(), MountFlags.READ_ONLY_DATA, "/sys/fs/cgroup");
        } else if (site.trees().sys().isPresent()) {
            // The host's /sys may bring the host's cgroup mounts with it.
            mask(new KernelPaths.Masked("/sys/fs/cgroup", true));
        }
        KernelPaths.sysMasked(site.cpus()).forEach(this::mask);
    }

    private void mask(KernelPaths.Masked masked) {
        program.step("mask", masked.path());
        mounts.mask(
                masked.path(),
                masked.directory() ? scratch.emptyDirectory() : scratch.emptyFile(),
                target,
                mount);
    }

    private void freshOrTree(
            String type, Optional<TreeSource> tree, MountFlags flags, String path) {
        if (tree.isPresent()) {
            mounts.tree(tree.get(), flags, mount);
        } else {
            mounts.filesystem(type).mount(flags, mount);
        }
        place(path);
    }

    private void place(String path) {
        makeIfMissing.accept(path);
        mounts.systemTarget(path, target);
        mounts.attach(mount, target);
    }

    private void dev() {
        program.step("mount the device directory", "/dev");
        if (site.trees().dev().isPresent()) {
            mounts.tree(site.trees().dev().get(), MountFlags.DEVICES, mount);
            place("/dev");
        } else {
            DeviceDirectory directory = new DeviceDirectory(program, mounts, mount, target);
            directory.make(site.devices().stream().map(Site.DeviceSite::name).toList());
            place("/dev");
            directory.fill();
        }
        site.devices().forEach(this::device);
        program.step("mount devpts", "/dev/pts");
        MountProgram.Filesystem pts =
                mounts.filesystem("devpts").option("ptmxmode", "0666").option("mode", "0620");
        if (site.identity().mapsTtyGroup()) {
            pts.option("gid", "5");
        }
        pts.mount(MountFlags.DEVICES, mount);
        place("/dev/pts");
        program.step("mount a private tmpfs", "/dev/shm");
        mounts.filesystem("tmpfs")
                .option("mode", "1777")
                .option("size", Long.toString(KernelPaths.SHM_BYTES))
                .option("nr_inodes", Long.toString(Scratch.inodes(KernelPaths.SHM_BYTES)))
                .mount(MountFlags.DATA, mount);
        place("/dev/shm");
        if (spec.namespaces().contains(Namespace.IPC)) {
            program.step("mount mqueue", "/dev/mqueue");
            mounts.filesystem("mqueue").mount(MountFlags.DATA, mount);
            place("/dev/mqueue");
        }
    }

    /** On an empty file that the device directory has for it, although it is read-only by now. */
    private void device(Site.DeviceSite wanted) {
        String path = wanted.device().target();
        program.step("bind the device", path);
        mounts.tree(wanted.node(), MountFlags.READ_ONLY_DEVICES, mount);
        mounts.systemTarget(path, target);
        mounts.attach(mount, target);
        mounts.release(mount, target);
    }
}
