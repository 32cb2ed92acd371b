package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Limits;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The controllers Bailey uses, cgroups(7). */
enum Controller {
    MEMORY,
    PIDS,
    CPU,
    CPUSET,
    /** CPU time, on v1 only: a v2 group always accounts it. */
    CPUACCT,
    /** Disks: {@code blkio} on v1. */
    IO,
    /** Huge pages. */
    HUGETLB,
    /** To pause, on v1 only: a v2 group always can. */
    FREEZER,
    /** No limit but {@link DevicePolicy}; v1 only: on v2 it is no controller. */
    DEVICES;

    private final String kernelName = name().toLowerCase(Locale.ROOT);

    /** As in {@code cgroup.controllers}. */
    String kernelName() {
        return kernelName;
    }

    /** As in /proc/self/cgroup, and among the options of a v1 mount. */
    String v1Name() {
        return this == IO ? "blkio" : kernelName;
    }

    /** Those that limit or account on v1. */
    static Set<Controller> limiting() {
        return EnumSet.complementOf(EnumSet.of(DEVICES, FREEZER));
    }

    /** Those that {@code limits} take. */
    static Set<Controller> neededBy(Limits limits) {
        Set<Controller> needed = EnumSet.noneOf(Controller.class);
        if (limits.memory().isPresent()
                || limits.memoryHigh().isPresent()
                || limits.memoryLow().isPresent()
                || limits.memorySwap().isPresent()) {
            needed.add(MEMORY);
        }
        if (limits.pids().isPresent()) {
            needed.add(PIDS);
        }
        // A burst is one of a limit on cpus.
        if (limits.cpus().isPresent() || limits.cpuWeight().isPresent()) {
            needed.add(CPU);
        }
        if (limits.cpuset().isPresent()) {
            needed.add(CPUSET);
        }
        if (limits.ioWeight().isPresent() || !limits.io().isEmpty()) {
            needed.add(IO);
        }
        if (!limits.hugetlb().isEmpty()) {
            needed.add(HUGETLB);
        }
        return needed;
    }

    /** Those named in a list separated by blanks, as {@code cgroup.controllers} is. */
    static Set<Controller> listed(String names) {
        String padded = " " + names.strip() + " ";
        Set<Controller> found = EnumSet.noneOf(Controller.class);
        for (Controller controller : values()) {
            if (padded.contains(" " + controller.kernelName + " ")) {
                found.add(controller);
            }
        }
        return found;
    }
}
