package io.bailey.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a {@link Sandbox} is made of, as plain data. Immutable, and consistent: one that
 * contradicts itself cannot be created. {@link Sandbox.Builder} makes it and describes each value;
 * an engine reads it.
 *
 * <p>Two equivalences always hold, but for {@link Isolation#UNPRIVILEGED}, where seccomp is what
 * keeps from the network: the network is {@link Network#HOST} exactly if there is no {@link
 * Namespace#NETWORK}, and the id map is {@link IdMap#HOST} exactly if there is no {@link
 * Namespace#USER}. Without {@link Namespace#MOUNT} the sandbox has the host's root file system just
 * as it is, and {@code writableRoot}, {@code writableRootSize} and {@code rootChange} say nothing.
 *
 * @param rootfs the root file system
 * @param writableRoot what happens to writes below the root
 * @param writableRootSize bound of the writable layer, for {@link WritableRoot#OVERLAY}; positive
 * @param writableLayer the directory that holds the writable layer; empty for memory
 * @param rootChange how the host's root is left
 * @param limits limits of the whole sandbox
 * @param rlimits limits of each process; immutable
 * @param timeout the longest a command may run, by the wall clock
 * @param cpuTime the most processor time of the whole sandbox
 * @param outputLimit the most that each stream may carry; empty for {@link #captureLimit()} of what
 *     is captured of a command that is waited for, and no bound otherwise
 * @param mounts mounts, in order, at most 1,000; no two have the same target; immutable
 * @param environment variables, in order; immutable
 * @param workdir where commands start; empty for {@code /}
 * @param user who commands run as; empty for root of the sandbox
 * @param hostname the host name; empty for one the engine picks
 * @param network the network
 * @param namespaces the namespaces of its own; immutable, in the order of the enum
 * @param timeOffsets offsets of the clocks
 * @param idMap which host ids stand behind the sandbox's
 * @param enforcement what happens to a limit that the host cannot give
 * @param init whether a small init is the first process
 * @param security the walls apart from the namespaces; {@link Isolation#UNPRIVILEGED} exactly if
 *     there is no namespace by that choice
 * @param name the name of its containers
 * @param labels labels of its containers, in order; immutable
 * @param cgroupParent the cgroup beneath which its own are made
 * @param logs where the output of containers is remembered
 * @param listeners who is told of what happens; immutable
 * @since 0.1
 */
public record SandboxSpec(
        Rootfs rootfs,
        WritableRoot writableRoot,
        MemorySize writableRootSize,
        Optional<Path> writableLayer,
        RootChange rootChange,
        Limits limits,
        Map<Rlimit, Long> rlimits,
        Optional<Duration> timeout,
        Optional<Duration> cpuTime,
        Optional<MemorySize> outputLimit,
        List<Mount> mounts,
        Map<String, String> environment,
        Optional<String> workdir,
        Optional<User> user,
        Optional<String> hostname,
        Network network,
        Set<Namespace> namespaces,
        Optional<TimeOffsets> timeOffsets,
        IdMap idMap,
        Enforcement enforcement,
        boolean init,
        Security security,
        Optional<String> name,
        Map<String, String> labels,
        Optional<String> cgroupParent,
        LogPolicy logs,
        List<SandboxListener> listeners) {

    /**
     * Creates a recipe with copies of the collections.
     *
     * @throws SandboxConfigException if a value is out of its range, or two contradict each other
     */
    public SandboxSpec {
        SpecRules.root(rootfs, writableRoot);
        SpecRules.size("writableRootSize", writableRootSize);
        SpecRules.writableLayer(writableLayer, writableRoot);
        Objects.requireNonNull(rootChange, "rootChange");
        Objects.requireNonNull(limits, "limits");
        rlimits = copyRlimits(rlimits);
        timeout.ifPresent(limit -> Durations.positive("timeout", limit));
        cpuTime.ifPresent(limit -> Durations.positive("cpuTime", limit));
        outputLimit.ifPresent(limit -> CaptureLimit.check("outputLimit", limit.bytes()));
        mounts = List.copyOf(mounts);
        SpecRules.mounts(mounts);
        environment = Variable.copy(environment);
        workdir.ifPresent(path -> InsidePath.absolute("workdir", path));
        Objects.requireNonNull(user, "user");
        hostname.ifPresent(SpecRules::hostname);
        namespaces = Namespace.immutable(namespaces);
        SpecRules.namespaces(security.isolation(), namespaces, network, idMap);
        SpecRules.withoutMount(security.isolation(), namespaces, rootfs, mounts);
        SpecRules.needs(
                namespaces, Namespace.MOUNT, "device", security.devices().stream().findFirst());
        SpecRules.needs(namespaces, Namespace.UTS, "hostname", hostname);
        SpecRules.needs(namespaces, Namespace.TIME, "timeOffsets", timeOffsets);
        Objects.requireNonNull(enforcement, "enforcement");
        SpecRules.isolation(security.isolation(), namespaces, mounts, init);
        name.ifPresent(SpecRules::name);
        labels = SpecRules.labels(labels);
        cgroupParent.ifPresent(path -> InsidePath.anywhere("cgroupParent", path));
        Objects.requireNonNull(logs, "logs");
        listeners = List.copyOf(listeners);
    }

    /**
     * Returns how much may be captured of each stream.
     *
     * @return {@code outputLimit}, or 1 MiB if none was set
     */
    public MemorySize captureLimit() {
        return outputLimit.orElse(CaptureLimit.DEFAULT);
    }

    /**
     * Returns all values but those of the environment, of which it gives the names: they may be
     * secrets.
     *
     * @return the values for people
     */
    @Override
    public String toString() {
        return "SandboxSpec[rootfs="
                + rootfs
                + ", writableLayer="
                + writableLayer
                + ", writableRoot="
                + writableRoot
                + ", writableRootSize="
                + writableRootSize
                + ", rootChange="
                + rootChange
                + ", limits="
                + limits
                + ", rlimits="
                + rlimits
                + ", timeout="
                + timeout
                + ", cpuTime="
                + cpuTime
                + ", outputLimit="
                + outputLimit
                + ", mounts="
                + mounts
                + ", environment="
                + environment.keySet()
                + ", workdir="
                + workdir
                + ", user="
                + user
                + ", hostname="
                + hostname
                + ", network="
                + network
                + ", namespaces="
                + namespaces
                + ", timeOffsets="
                + timeOffsets
                + ", idMap="
                + idMap
                + ", enforcement="
                + enforcement
                + ", init="
                + init
                + ", security="
                + security
                + ", name="
                + name
                + ", labels="
                + labels
                + ", cgroupParent="
                + cgroupParent
                + ", logs="
                + logs
                + "]";
    }

    private static Map<Rlimit, Long> copyRlimits(Map<Rlimit, Long> rlimits) {
        Map<Rlimit, Long> copy = new EnumMap<>(Rlimit.class);
        copy.putAll(rlimits);
        copy.forEach(LimitRules::rlimit);
        return Collections.unmodifiableMap(copy);
    }
}
