package io.bailey.sandbox.linux.mount;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.ProgramBuilder;
import io.bailey.sandbox.linux.program.Variable;
import io.bailey.sandbox.linux.sys.Sys;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A /dev that an unprivileged sandbox makes for itself: a tmpfs with the host's device nodes bound
 * onto empty files. (A privileged JVM makes one with real nodes, once, and hands clones of it out.)
 * The nodes come from the host's /dev, never from the root's own, which may be anything
 * (CVE-2025-31133).
 */
public final class DeviceDirectory {
    /** A character device: name, major, minor; Documentation/admin-guide/devices.txt. */
    public record Node(String name, int major, int minor) {
        /** As makedev(3) packs small numbers. */
        public long device() {
            return ((long) major << 8) | minor;
        }
    }

    /** Docker's devices. */
    public static final List<Node> NODES =
            List.of(
                    new Node("null", 1, 3),
                    new Node("zero", 1, 5),
                    new Node("full", 1, 7),
                    new Node("random", 1, 8),
                    new Node("urandom", 1, 9),
                    new Node("tty", 5, 0));

    /** The links, name to content. */
    public static final Map<String, String> LINKS = links();

    /** Directories that something is mounted on. */
    public static final List<String> DIRECTORIES = List.of("pts", "shm", "mqueue");

    private final ProgramBuilder program;
    private final MountProgram mounts;
    private final Variable mount;
    private final Variable target;
    private final Variable node;

    public DeviceDirectory(
            ProgramBuilder program, MountProgram mounts, Variable mount, Variable target) {
        this.program = program;
        this.mounts = mounts;
        this.mount = mount;
        this.target = target;
        this.node = program.variable("node");
    }

    private static Map<String, String> links() {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("fd", "/proc/self/fd");
        links.put("stdin", "/proc/self/fd/0");
        links.put("stdout", "/proc/self/fd/1");
        links.put("stderr", "/proc/self/fd/2");
        links.put("ptmx", "pts/ptmx");
        return links;
    }

    /** Whether {@code name} is one that every /dev has. */
    public static boolean isTaken(String name) {
        return LINKS.containsKey(name)
                || DIRECTORIES.contains(name)
                || NODES.stream().anyMatch(node -> node.name().equals(name));
    }

    /**
     * Makes the tmpfs and all in it but the nodes.
     *
     * @param more names that something else will be bound on
     */
    public void make(List<String> more) {
        mounts.filesystem("tmpfs")
                .option("mode", "0755")
                .option("size", "65536")
                .mount(MountFlags.DEVICES, mount);
        DIRECTORIES.forEach(name ->
                program.call(
                        Sys.MKDIRAT,
                        Argument.of(mount),
                        Argument.of(name),
                        MountProgram.octal(0755)));
        LINKS.forEach((name, content) ->
                program.call(
                        Sys.SYMLINKAT,
                        Argument.of(content),
                        Argument.of(mount),
                        Argument.of(name)));
        NODES.forEach(each -> file(each.name(), 0100666));
        more.forEach(name -> file(name, 0100444));
    }

    private void file(String name, int mode) {
        program.call(
                Sys.MKNODAT,
                Argument.of(mount),
                Argument.of(name),
                MountProgram.octal(mode),
                Argument.of(0));
    }

    /** Binds the nodes, once the directory is attached at /dev, and makes it read-only. */
    public void fill() {
        for (Node each : NODES) {
            program.step("bind the device", "/dev/" + each.name());
            mounts.tree(new TreeSource.HostPath("/dev/" + each.name()), MountFlags.DEVICES, node);
            mounts.systemTarget("/dev/" + each.name(), target);
            mounts.attach(node, target);
        }
        program.step("make the device directory read-only", "/dev");
        mounts.setAttributes(mount, MountFlags.READ_ONLY_DEVICES, false);
    }
}
