package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.FileText;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The making of one {@link HybridCgroup}: all of its directories, or none. */
final class HybridBuilder {
    private final Linux linux;
    private final String name;
    private final Map<Controller, V1Base> bases;
    private final Degradation degradation;
    private final Map<String, GroupDirectory> byBase = new HashMap<>(8);
    private final Map<Controller, GroupDirectory> byController = new EnumMap<>(Controller.class);
    private final List<GroupDirectory> made = new ArrayList<>(8);
    private final List<Integer> attach = new ArrayList<>(8);

    HybridBuilder(
            Linux linux, String name, Map<Controller, V1Base> bases, Degradation degradation) {
        this.linux = linux;
        this.name = name;
        this.bases = bases;
        this.degradation = degradation;
    }

    Cgroup build(
            List<Setting> settings,
            Set<Controller> needed,
            Set<Controller> welcome,
            Optional<DevicePolicy> policy,
            boolean killable,
            Optional<V2Base> tree,
            HybridCgroup.Rules rules) {
        try {
            for (Controller controller : needed) {
                makeFor(controller);
            }
            for (Controller controller : welcome) {
                makeIfPossible(controller);
            }
            SettingWriter writer = new SettingWriter(linux, degradation);
            for (Setting setting : settings) {
                GroupDirectory group = byController.get(setting.controller());
                if (group != null) {
                    writer.write(group, setting);
                }
            }
            policy.ifPresent(this::confine);
            Optional<GroupDirectory> unified =
                    killable ? killHandle(tree) : tree.flatMap(this::handleIfPossible);
            if (made.isEmpty()) {
                return new NoCgroup(degradation.leftOut());
            }
            return cgroup(unified, rules);
        } catch (RuntimeException | Error failed) {
            undo(failed);
            throw failed;
        }
    }

    private Cgroup cgroup(Optional<GroupDirectory> unified, HybridCgroup.Rules rules) {
        for (GroupDirectory group : made) {
            if (unified.isEmpty() || group != unified.get()) {
                attach.add(openTasks(group));
            }
        }
        return new HybridCgroup(
                linux,
                new HybridCgroup.Parts(made, byController, unified, attach),
                rules,
                degradation.leftOut());
    }

    /** The groups that an earlier process made, in its order. */
    Cgroup reopen(List<String> paths, Optional<String> unifiedMount, HybridCgroup.Rules rules)
            throws CgroupFailure {
        Optional<GroupDirectory> unified = Optional.empty();
        try {
            for (String path : paths) {
                GroupDirectory group = GroupDirectory.reopen(linux, path);
                made.add(group);
                boolean v1 = false;
                for (Map.Entry<Controller, V1Base> base : bases.entrySet()) {
                    if (path.startsWith(base.getValue().mountPoint() + "/")) {
                        byController.put(base.getKey(), group);
                        v1 = true;
                    }
                }
                if (!v1 && unifiedMount.isPresent() && path.startsWith(unifiedMount.get() + "/")) {
                    unified = Optional.of(group);
                }
            }
            return cgroup(unified, rules);
        } catch (RuntimeException | Error | CgroupFailure failed) {
            attach.forEach(linux::close);
            made.forEach(GroupDirectory::forget);
            throw failed;
        }
    }

    private void makeFor(Controller controller) {
        try {
            byController.put(controller, groupFor(controller));
        } catch (CgroupFailure failure) {
            if (!failure.isRefusal()) {
                throw failure.setupException();
            }
            degradation.lacking(failure.problem(controller.kernelName()));
        }
    }

    private void makeIfPossible(Controller controller) {
        try {
            byController.put(controller, groupFor(controller));
        } catch (CgroupFailure failure) {
            // Nobody asked for it; who does later is told that it is not there.
            byController.remove(controller);
        }
    }

    private Optional<GroupDirectory> handleIfPossible(V2Base tree) {
        try {
            return Optional.of(make(tree.directory()));
        } catch (CgroupFailure failure) {
            return Optional.empty();
        }
    }

    private void confine(DevicePolicy policy) {
        try {
            DeviceFiles.write(groupFor(Controller.DEVICES), policy);
        } catch (CgroupFailure failure) {
            if (!failure.isRefusal()) {
                throw failure.setupException();
            }
            degradation.without(policy, failure.problem("device policy"));
        }
    }

    /** One directory serves controllers that are bound together. */
    private GroupDirectory groupFor(Controller controller) throws CgroupFailure {
        V1Base base = Objects.requireNonNull(bases.get(controller), "found when it was discovered");
        GroupDirectory group = byBase.get(base.directory());
        if (group == null) {
            group = make(base.directory());
            if (base.holdsCpuset()) {
                inheritProcessors(group);
            }
        }
        return group;
    }

    private GroupDirectory make(String base) throws CgroupFailure {
        GroupDirectory group = GroupDirectory.make(linux, base, name);
        made.add(group);
        byBase.put(base, group);
        return group;
    }

    /**
     * A fresh v1 cpuset is empty and takes no process: cpusets.rst. The lists come from the group
     * above.
     */
    private static void inheritProcessors(GroupDirectory group) {
        for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
            FileText above = group.readAbove(file);
            int r = above.isRead() ? group.write(file, above.text().strip()) : above.result();
            if (r < 0) {
                throw new CgroupFailure("inherit", -r, group.path() + "/" + file).setupException();
            }
        }
    }

    /**
     * Something to kill everything by: a child in the cgroup2 tree, else any v1 group and its list
     * of processes.
     */
    private Optional<GroupDirectory> killHandle(Optional<V2Base> unified) {
        try {
            if (unified.isPresent()) {
                return Optional.of(make(unified.get().directory()));
            }
            if (made.isEmpty()) {
                make(anyBase().directory());
            }
            return Optional.empty();
        } catch (CgroupFailure failure) {
            if (failure.isRefusal()) {
                throw Degradation.unavailable(
                        List.of(failure.problem("to kill a sandbox without PID namespace")));
            }
            throw failure.setupException();
        }
    }

    private V1Base anyBase() {
        Problem reason =
                new Problem(
                        "to kill a sandbox without PID namespace",
                        "no hierarchy is writable",
                        Fixes.MOUNT);
        for (Controller controller :
                List.of(Controller.PIDS, Controller.CPUACCT, Controller.CPU, Controller.MEMORY)) {
            V1Base base = bases.get(controller);
            if (base != null && base.blocked().isEmpty() && !base.holdsCpuset()) {
                return base;
            }
        }
        throw Degradation.unavailable(List.of(reason));
    }

    /**
     * The file the child writes itself into. Of v1's two it is {@code tasks}: a write to {@code
     * cgroup.procs} takes the lock of all thread groups, which waits for an RCU grace period (10 ms
     * against 0.05, measured); "0" in {@code tasks} moves the writing thread alone without it, and
     * the child is one thread (kernel/cgroup/cgroup.c, cgroup_procs_write_start).
     */
    static int openTasks(GroupDirectory group) {
        int fd = group.open("tasks", Linux.O_WRONLY);
        if (fd < 0) {
            throw new CgroupFailure("open", -fd, group.path() + "/tasks").setupException();
        }
        return fd;
    }

    private void undo(Throwable failed) {
        for (int fd : attach) {
            linux.close(fd);
        }
        for (GroupDirectory group : made) {
            try {
                group.remove();
            } catch (RuntimeException another) {
                failed.addSuppressed(another);
            }
        }
    }
}
