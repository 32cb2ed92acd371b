package io.bailey.sandbox.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that starts others in sandboxes.
 *
 * <p>Two of them stop at machines whose controllers are partly v1 and partly v2. They are shown a
 * pure v2 tree, by a JVM in a mount namespace with that mounted, which starts them and tells the
 * time: what is measured is a ProcessBuilder for them too.
 */
enum Peer {
    BWRAP(
            "bwrap, all but net",
            "bwrap",
            "bubblewrap",
            OurContender.Kind.AS_BWRAP,
            "net namespace, cgroup, seccomp, Landlock") {
        @Override
        List<String> command(PeerRoot root, String program) {
            return bwrap(root, program, "--unshare-user", "--unshare-ipc", "--unshare-pid").words();
        }
    },
    BWRAP_NET(
            "bwrap, all",
            "bwrap",
            "bubblewrap",
            OurContender.Kind.AS_CRUN,
            "cgroup, seccomp, Landlock") {
        @Override
        List<String> command(PeerRoot root, String program) {
            return bwrap(root, program, "--unshare-all").words();
        }
    },
    UNSHARE(
            "unshare, all but net",
            "unshare",
            "util-linux",
            OurContender.Kind.AS_BWRAP,
            "net namespace, cgroup, seccomp, Landlock, capabilities dropped, private /dev, old"
                    + " root gone (chroot only), PID 1 that reaps") {
        @Override
        List<String> command(PeerRoot root, String program) {
            return List.of(
                    "unshare",
                    "--user",
                    "--map-root-user",
                    "--fork",
                    "--kill-child",
                    "--pid",
                    "--mount",
                    "--uts",
                    "--ipc",
                    "--cgroup",
                    "--root=" + root.directory(),
                    "--mount-proc=/proc",
                    "/" + program);
        }
    },
    CRUN(
            "crun run",
            "crun",
            "crun",
            OurContender.Kind.AS_CRUN,
            "user namespace, cgroup (it refuses hybrid hosts), seccomp, Landlock, init") {
        @Override
        List<String> command(PeerRoot root, String program)
                throws IOException, InterruptedException {
            return oci(root, program, "--cgroup-manager=disabled");
        }
    },
    RUNC(
            "runc run",
            "runc",
            "runc",
            OurContender.Kind.AS_RUNC,
            "user namespace, seccomp, Landlock, init; its cgroups have no limits set") {
        @Override
        List<String> command(PeerRoot root, String program)
                throws IOException, InterruptedException {
            return oci(root, program);
        }
    },
    PODMAN(
            "podman run --rm",
            "podman",
            "podman",
            OurContender.Kind.DEFAULT,
            "user namespace, cgroup (its crun refuses hybrid hosts), Landlock") {
        @Override
        List<String> command(PeerRoot root, String program) throws IOException {
            return new CommandLine()
                    .and("podman", "--root", PODMAN_STORAGE, "--runroot", PODMAN_RUN)
                    .and("--storage-driver=overlay", "--cgroup-manager=cgroupfs")
                    .and("run", "--rm", "--network=none", "--cgroups=disabled")
                    // Its own defaults are more than this process may give.
                    .and("--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024")
                    .and("--rootfs", root.directory().toString(), "/" + program)
                    .words();
        }
    },
    NSPAWN(
            "systemd-nspawn",
            "systemd-nspawn",
            "systemd-container",
            OurContender.Kind.AS_RUNC,
            "user namespace, Landlock, limits; there is no systemd here to register with") {
        @Override
        List<String> command(PeerRoot root, String program) {
            return List.of(
                    "systemd-nspawn",
                    "--quiet",
                    "--directory=" + root.directory(),
                    "--register=no",
                    "--keep-unit",
                    "--read-only",
                    "--private-network",
                    "--resolv-conf=off",
                    "--timezone=off",
                    "--link-journal=no",
                    "--pipe",
                    "/" + program);
        }
    },
    FIREJAIL(
            "firejail",
            "firejail",
            "firejail",
            OurContender.Kind.DEFAULT,
            "user and cgroup namespace, cgroup, Landlock, a root of its own (it is the host's,"
                    + " partly hidden)") {
        @Override
        List<String> command(PeerRoot root, String program) {
            return List.of(
                    "firejail",
                    "--quiet",
                    "--noprofile",
                    "--net=none",
                    "--private-dev",
                    "--caps.drop=all",
                    "--nonewprivs",
                    "--seccomp",
                    "--",
                    root.directory().resolve(program).toString());
        }
    };

    /** Removed with all that is below the suite's own directory. */
    private static final String PODMAN_STORAGE = BenchmarkSuite.SCRATCH + "/peer-podman";

    /** It takes no more than 50 characters; the suite has a /run of its own. */
    private static final String PODMAN_RUN = "/run/bailey-bench-podman";

    private final String title;
    private final String program;
    private final String debianPackage;
    private final OurContender.Kind same;
    private final String lacks;

    Peer(String title, String program, String debianPackage, OurContender.Kind same, String lacks) {
        this.title = title;
        this.program = program;
        this.debianPackage = debianPackage;
        this.same = same;
        this.lacks = lacks;
    }

    /** The command line that starts {@code program}, which lies in the root. */
    abstract List<String> command(PeerRoot root, String program)
            throws IOException, InterruptedException;

    String title() {
        return title;
    }

    String program() {
        return program;
    }

    String debianPackage() {
        return debianPackage;
    }

    /** The row of ours that does what it does. */
    OurContender.Kind same() {
        return same;
    }

    String lacks() {
        return lacks;
    }

    /** Does it take so long that it is measured less often, and after the others? */
    boolean isDear() {
        return switch (this) {
            case BWRAP, BWRAP_NET, UNSHARE, CRUN -> false;
            case RUNC, PODMAN, NSPAWN, FIREJAIL -> true;
        };
    }

    /** Does it want to see a pure v2 tree? */
    boolean wantsV2() {
        return (this == CRUN || this == PODMAN)
                && !Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
    }

    private static CommandLine bwrap(PeerRoot root, String program, String... namespaces) {
        CommandLine command = new CommandLine().and("bwrap").and(namespaces);
        if (namespaces.length > 1) {
            command.and("--unshare-uts", "--unshare-cgroup");
        }
        return command.and("--ro-bind", root.directory().toString(), "/")
                .and("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")
                .and("--die-with-parent", "--new-session", "--cap-drop", "ALL")
                .and("--", "/" + program);
    }

    /** With the default of {@code spec}, but for the terminal, the root and the program. */
    List<String> oci(PeerRoot root, String program, String... options)
            throws IOException, InterruptedException {
        Path bundle = root.beside(this.program + "-" + program);
        Path config = bundle.resolve("config.json");
        if (!Files.exists(config)) {
            Shell.run(this.program, "spec", "--bundle", bundle.toString());
            Files.writeString(
                    config,
                    Files.readString(config)
                            .replace("\"terminal\": true", "\"terminal\": false")
                            .replace("\"sh\"", "\"/" + program + "\"")
                            .replace(
                                    "\"path\": \"rootfs\"",
                                    "\"path\": \"" + root.directory() + "\""));
        }
        String id = "bailey-bench-" + ProcessHandle.current().pid();
        return new CommandLine()
                .and(this.program)
                .and(options)
                .and("--root", root.beside(this.program + "-state").toString())
                .and("run", "--bundle", bundle.toString(), id)
                .words();
    }
}
