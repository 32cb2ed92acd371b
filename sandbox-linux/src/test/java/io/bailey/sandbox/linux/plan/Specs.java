package io.bailey.sandbox.linux.plan;

import io.bailey.sandbox.Capability;
import io.bailey.sandbox.Device;
import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.Security;
import io.bailey.sandbox.TimeOffsets;
import io.bailey.sandbox.WritableRoot;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Specs without an engine: the public builder would ask this machine. */
final class Specs {
    private Rootfs rootfs = Rootfs.host();
    private WritableRoot writableRoot = WritableRoot.READ_ONLY;
    private RootChange rootChange = RootChange.PIVOT_ROOT;
    private Map<Rlimit, Long> rlimits = Map.of();
    private List<Mount> mounts = List.of();
    private Map<String, String> environment = Map.of();
    private Optional<String> workdir = Optional.empty();
    private Optional<String> hostname = Optional.empty();
    private Set<Namespace> namespaces = Namespace.all();
    private Optional<TimeOffsets> timeOffsets = Optional.empty();
    private List<Device> devices = List.of();
    private boolean init = true;
    private Security security = Security.standard();

    Specs directory(String path, WritableRoot writable) {
        rootfs = Rootfs.directory(Path.of(path));
        writableRoot = writable;
        return this;
    }

    Specs writable(WritableRoot writable) {
        writableRoot = writable;
        return this;
    }

    Specs rootChange(RootChange change) {
        rootChange = change;
        return this;
    }

    Specs rlimits(Map<Rlimit, Long> limits) {
        rlimits = limits;
        return this;
    }

    Specs mounts(List<Mount> all) {
        mounts = all;
        return this;
    }

    Specs environment(Map<String, String> variables) {
        environment = variables;
        return this;
    }

    Specs workdir(Optional<String> path) {
        workdir = path;
        return this;
    }

    Specs hostname(Optional<String> name) {
        hostname = name;
        return this;
    }

    Specs namespaces(Set<Namespace> all) {
        namespaces = all;
        return this;
    }

    Specs without(Namespace namespace) {
        Set<Namespace> rest = EnumSet.copyOf(namespaces);
        rest.remove(namespace);
        namespaces = rest;
        return this;
    }

    Specs timeOffsets(Optional<TimeOffsets> offsets) {
        timeOffsets = offsets;
        return this;
    }

    /** Not without a mount namespace. */
    Specs devices(List<Device> all) {
        devices = all;
        return this;
    }

    private Security devicesToo() {
        return new Security(
                security.isolation(),
                security.capabilities(),
                security.seccomp(),
                security.landlock(),
                has(Namespace.MOUNT) ? devices : List.of());
    }

    Specs init(boolean wanted) {
        init = wanted;
        return this;
    }

    Specs capabilities(Set<Capability> capabilities) {
        security =
                new Security(
                        security.isolation(),
                        capabilities,
                        security.seccomp(),
                        security.landlock(),
                        security.devices());
        return this;
    }

    /** No namespace: Landlock and seccomp alone. Mounts must be in place. */
    Specs unprivileged() {
        namespaces = Set.of();
        init = true;
        rootfs = Rootfs.host();
        security =
                new Security(
                        Isolation.UNPRIVILEGED,
                        Set.of(),
                        security.seccomp(),
                        security.landlock(),
                        List.of());
        return this;
    }

    boolean has(Namespace namespace) {
        return namespaces.contains(namespace);
    }

    /** What one of its namespaces is needed for goes when the namespace is not there. */
    SandboxSpec spec() {
        boolean root = has(Namespace.MOUNT);
        boolean inPlace = security.isolation() == Isolation.UNPRIVILEGED;
        return new SandboxSpec(
                root ? rootfs : Rootfs.host(),
                root ? writableRoot : WritableRoot.READ_ONLY,
                MemorySize.of(256L << 20),
                Optional.empty(),
                rootChange,
                Limits.none(),
                rlimits,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                root || inPlace ? mounts : List.of(),
                environment,
                workdir,
                Optional.empty(),
                has(Namespace.UTS) ? hostname : Optional.empty(),
                has(Namespace.NETWORK) || inPlace ? Network.NONE : Network.HOST,
                namespaces,
                has(Namespace.TIME) ? timeOffsets : Optional.empty(),
                has(Namespace.USER) ? IdMap.AUTO : IdMap.HOST,
                Enforcement.STRICT,
                init,
                devicesToo(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                LogPolicy.standard(),
                List.of());
    }
}
