package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Landlock;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SeccompProfile;
import io.bailey.sandbox.WritableRoot;

import java.util.ArrayList;
import java.util.List;

/** A kind of sandbox that is measured: as Bailey builds it, and as the floor's options say it. */
public enum Setup {
    HOST("host root, all but net", Root.HOST, false, false),
    HOST_NET("host root, all", Root.HOST, true, false),
    READ_ONLY("read-only directory, all but net", Root.READ_ONLY, false, false),
    READ_ONLY_NET("read-only directory, all", Root.READ_ONLY, true, false),
    READ_ONLY_LIMITS(
            "read-only directory, all but net, memory and pids", Root.READ_ONLY, false, true),
    READ_ONLY_NET_LIMITS("read-only directory, all, memory and pids", Root.READ_ONLY, true, true),
    OVERLAY("overlay, all but net", Root.OVERLAY, false, false),
    OVERLAY_NET("overlay, all", Root.OVERLAY, true, false),
    OVERLAY_NET_LIMITS("overlay, all, memory and pids", Root.OVERLAY, true, true);

    private static final String MEMORY = "64M";
    private static final int PIDS = 64;

    private final String title;
    private final Root root;
    private final boolean network;
    private final boolean limits;

    Setup(String title, Root root, boolean network, boolean limits) {
        this.title = title;
        this.root = root;
        this.network = network;
        this.limits = limits;
    }

    private enum Root {
        HOST,
        READ_ONLY,
        OVERLAY
    }

    String title() {
        return title;
    }

    /**
     * As a user gets it who asks for nothing more: the standard seccomp filter and Landlock too.
     */
    Sandbox walled(Workbench bench) {
        return builder(bench).build();
    }

    /** What the floor builds: no filter, no Landlock. */
    Sandbox bare(Workbench bench) {
        return builder(bench).seccomp(SeccompProfile.none()).landlock(Landlock.OFF).build();
    }

    private Sandbox.Builder builder(Workbench bench) {
        Sandbox.Builder builder = Sandbox.builder();
        if (root != Root.HOST) {
            builder.rootfs(bench.root());
        }
        if (root == Root.READ_ONLY) {
            builder.writableRoot(WritableRoot.READ_ONLY);
        }
        if (!network) {
            builder.namespaces(Namespace.allBut(Namespace.NETWORK));
        }
        if (limits) {
            builder.memory(MEMORY).pids(PIDS);
        }
        return builder;
    }

    /** The static {@code true} as the sandbox sees it. */
    String command(Workbench bench) {
        return root == Root.HOST ? bench.program().toString() : "/true";
    }

    List<String> floorOptions(Workbench bench) {
        List<String> options = new ArrayList<>(List.of("--command", command(bench)));
        options.addAll(List.of("--root", root == Root.HOST ? "/" : bench.root().toString()));
        if (root == Root.OVERLAY) {
            options.add("--overlay");
        }
        if (network) {
            options.add("--net");
        }
        if (limits) {
            options.add("--limits");
        }
        return options;
    }
}
