package io.bailey.sandbox;

import io.bailey.sandbox.image.Image;

import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What may stand in a {@link SandboxSpec}, value by value and together. Limits have their own,
 * {@link LimitRules}.
 */
final class SpecRules {

    /** {@code HOST_NAME_MAX}, see {@code sethostname(2)}. */
    private static final int MAX_HOSTNAME = 64;

    private static final int MAX_LABEL_KEY = 255;
    private static final int MAX_LABEL_VALUE = 4_096;

    /** What Docker accepts; and since a name may become a file name, no more than fits one. */
    private static final int MAX_MOUNTS = 1_000;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    private static final Pattern BLANK = Pattern.compile("[\\s\\p{Cntrl}]");

    private SpecRules() {}

    static void root(Rootfs rootfs, WritableRoot writableRoot) {
        if (rootfs instanceof Rootfs.Host && writableRoot == WritableRoot.DIRECT) {
            throw new SandboxConfigException(
                    "writableRoot: DIRECT with Rootfs.host() would write to the host's own tree;"
                            + " use OVERLAY or READ_ONLY, and Mount.readWrite for single directories");
        }
        if (rootfs instanceof Image && writableRoot == WritableRoot.DIRECT) {
            throw new SandboxConfigException(
                    "writableRoot: DIRECT with the image "
                            + rootfs
                            + " would write to the store; use OVERLAY, and Images.commit for what"
                            + " is to be kept");
        }
    }

    static void writableLayer(Optional<Path> layer, WritableRoot writableRoot) {
        if (layer.isPresent() && writableRoot != WritableRoot.OVERLAY) {
            throw new SandboxConfigException(
                    "writableLayer: "
                            + layer.get()
                            + " is for WritableRoot.OVERLAY, but writableRoot is "
                            + writableRoot);
        }
    }

    static MemorySize size(String field, MemorySize size) {
        if (size.bytes() == 0) {
            // tmpfs(5) takes a size of 0 for "no limit".
            throw new SandboxConfigException(field + ": 0 is not a size; it must be positive");
        }
        return size;
    }

    static void mounts(List<Mount> mounts) {
        if (mounts.size() > MAX_MOUNTS) {
            throw new SandboxConfigException(
                    "mount: " + mounts.size() + " mounts are too many; at most " + MAX_MOUNTS);
        }
        Set<String> targets = new HashSet<>();
        for (Mount mount : mounts) {
            if (!targets.add(mount.target())) {
                throw new SandboxConfigException(
                        "mount: two mounts on "
                                + Text.quote(mount.target())
                                + "; the second would hide the first");
            }
        }
    }

    static String hostname(String hostname) {
        Text.filled("hostname", hostname, MAX_HOSTNAME);
        if (BLANK.matcher(hostname).find()) {
            throw new SandboxConfigException(
                    "hostname: " + Text.quote(hostname) + " has a blank or control character");
        }
        return hostname;
    }

    static String name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new SandboxConfigException(
                    "name: "
                            + Text.quote(name)
                            + " is not 1 to 128 of A-Z a-z 0-9 _ . - beginning with a letter or"
                            + " digit");
        }
        return name;
    }

    static void label(String key, String value) {
        Text.filled("label key", key, MAX_LABEL_KEY);
        Text.bounded("label " + Text.quote(key), value, MAX_LABEL_VALUE);
    }

    static Map<String, String> labels(Map<String, String> labels) {
        Map<String, String> copy = new LinkedHashMap<>(labels);
        copy.forEach(SpecRules::label);
        return Collections.unmodifiableMap(copy);
    }

    static void namespaces(
            Isolation isolation, Set<Namespace> namespaces, Network network, IdMap idMap) {
        // Without a namespace Network.NONE is seccomp's work.
        boolean bySeccomp = isolation == Isolation.UNPRIVILEGED;
        if (!bySeccomp && (network == Network.HOST) == namespaces.contains(Namespace.NETWORK)) {
            throw new SandboxConfigException(
                    "network: "
                            + network
                            + " contradicts the namespaces "
                            + namespaces
                            + "; NONE needs NETWORK among them, HOST needs it left out");
        }
        if ((idMap == IdMap.HOST) == namespaces.contains(Namespace.USER)) {
            throw new SandboxConfigException(
                    "idMap: "
                            + idMap
                            + " contradicts the namespaces "
                            + namespaces
                            + "; HOST needs USER left out, every other needs it among them");
        }
    }

    static void withoutMount(
            Isolation isolation, Set<Namespace> namespaces, Rootfs rootfs, List<Mount> mounts) {
        boolean mountable = isolation == Isolation.UNPRIVILEGED || mounts.isEmpty();
        if (!namespaces.contains(Namespace.MOUNT)
                && (!(rootfs instanceof Rootfs.Host) || !mountable)) {
            Object change = mountable ? rootfs : mounts.getFirst();
            throw missing(
                    namespaces,
                    Namespace.MOUNT,
                    change instanceof Rootfs ? "rootfs" : "mount",
                    change);
        }
    }

    /** Without a mount namespace nothing can appear at another place than its own. */
    static void isolation(
            Isolation isolation, Set<Namespace> namespaces, List<Mount> mounts, boolean init) {
        if (isolation == Isolation.FULL) {
            return;
        }
        if (!namespaces.isEmpty()) {
            throw new SandboxConfigException(
                    "isolation: UNPRIVILEGED has no namespaces, but they are " + namespaces);
        }
        if (!init) {
            throw new SandboxConfigException(
                    "isolation: UNPRIVILEGED needs its init, which ends what the command leaves;"
                            + " leave init(false) out");
        }
        for (Mount mount : mounts) {
            boolean inPlace =
                    mount instanceof Mount.Bind bind
                            && bind.source().toString().equals(bind.target());
            if (!inPlace) {
                throw new SandboxConfigException(
                        "mount: "
                                + Text.quote(mount.target())
                                + " cannot be made, isolation UNPRIVILEGED has no mount namespace;"
                                + " what is to be reached is named where it is: source and target"
                                + " the same path");
            }
        }
    }

    static void needs(
            Set<Namespace> namespaces, Namespace needed, String field, Optional<?> value) {
        if (value.isPresent() && !namespaces.contains(needed)) {
            throw missing(namespaces, needed, field, value.get());
        }
    }

    private static SandboxConfigException missing(
            Set<Namespace> namespaces, Namespace needed, String field, Object value) {
        return new SandboxConfigException(
                field
                        + ": "
                        + value
                        + " needs the "
                        + needed
                        + " namespace, but the namespaces are "
                        + namespaces);
    }
}
