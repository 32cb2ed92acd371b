package io.bailey.sandbox.linux.container;

import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.SandboxSpec;
import io.bailey.sandbox.linux.container.state.LimitsDocument;
import io.bailey.sandbox.linux.container.state.StateDocument;
import io.bailey.sandbox.linux.container.state.StateJson;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All that is known of a container, for people and programs. Of the environment the names only, of
 * files in memory the lengths: both may be secrets.
 */
final class Inspection {
    private Inspection() {}

    static String of(ContainerInfo info, SandboxSpec spec, List<String> cgroups) {
        return of(info, Optional.of(spec), cgroups);
    }

    /** Of one whose recipe only the process that started it has. */
    static String of(ContainerInfo info, List<String> cgroups) {
        return of(info, Optional.empty(), cgroups);
    }

    private static String of(ContainerInfo info, Optional<SandboxSpec> spec, List<String> cgroups) {
        Map<String, Object> tree = new LinkedHashMap<>(StateDocument.tree(info));
        tree.put("owner", info.owner());
        spec.ifPresent(known -> tree.put("recipe", recipe(known)));
        if (info.pid().isPresent()) {
            tree.put("cgroups", cgroups);
            tree.put("pids", processes(info.pid().getAsLong(), cgroups));
        }
        return StateJson.pretty(tree);
    }

    /** By its cgroups or, where it has none, by who descends from whom. */
    private static List<Long> processes(long pid, List<String> cgroups) {
        return cgroups.isEmpty()
                ? ProcessHandle.of(pid).stream()
                        .flatMap(init -> Stream.concat(Stream.of(init), init.descendants()))
                        .map(ProcessHandle::pid)
                        .sorted()
                        .toList()
                : List.copyOf(CgroupPlaces.processes(cgroups));
    }

    private static Map<String, Object> recipe(SandboxSpec spec) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("rootfs", spec.rootfs().toString());
        tree.put("writableRoot", spec.writableRoot().toString());
        tree.put("writableRootSize", spec.writableRootSize().bytes());
        spec.writableLayer().ifPresent(path -> tree.put("writableLayer", path));
        tree.put("limits", LimitsDocument.tree(spec.limits()));
        Map<String, Object> rlimits = new TreeMap<>();
        spec.rlimits().forEach((limit, value) -> rlimits.put(limit.toString(), value));
        tree.put("rlimits", rlimits);
        spec.timeout().ifPresent(time -> tree.put("timeout", time));
        spec.cpuTime().ifPresent(time -> tree.put("cpuTime", time));
        spec.outputLimit().ifPresent(size -> tree.put("outputLimit", size.bytes()));
        tree.put("mounts", spec.mounts().stream().map(ContainerRecord::words).toList());
        tree.put("environment", List.copyOf(spec.environment().keySet()));
        spec.workdir().ifPresent(path -> tree.put("workdir", path));
        spec.user().ifPresent(user -> tree.put("user", user));
        spec.hostname().ifPresent(name -> tree.put("hostname", name));
        tree.put("network", spec.network().toString());
        tree.put("namespaces", spec.namespaces().stream().map(Enum::name).toList());
        tree.put("idMap", spec.idMap().toString());
        tree.put("enforcement", spec.enforcement().toString());
        tree.put("init", spec.init());
        tree.put("isolation", spec.security().isolation().toString());
        tree.put(
                "capabilities",
                spec.security().capabilities().stream().map(Object::toString).sorted().toList());
        tree.put(
                "devices",
                spec.security().devices().stream().map(device -> device.target()).toList());
        spec.cgroupParent().ifPresent(path -> tree.put("cgroupParent", path));
        tree.put("logs", spec.logs().place() + " " + spec.logs().size());
        return tree;
    }
}
