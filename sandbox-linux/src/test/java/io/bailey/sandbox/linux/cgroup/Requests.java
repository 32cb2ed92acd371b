package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.MemorySize;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Requests for tests, in a line each. */
final class Requests {
    static final Limits MEMORY_AND_PIDS = limits("64M", null, null, 32);

    private Requests() {}

    static Limits limits(
            @Nullable String memory, @Nullable String high, @Nullable String swap, int pids) {
        return new Limits(
                Optional.ofNullable(memory).map(MemorySize::parse),
                Optional.ofNullable(high).map(MemorySize::parse),
                Optional.empty(),
                Optional.ofNullable(swap).map(MemorySize::parse),
                pids > 0 ? OptionalInt.of(pids) : OptionalInt.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                Map.of());
    }

    /** Every kind of limit that both layouts have. */
    static Limits everything() {
        return new Limits(
                Optional.of(MemorySize.parse("64M")),
                Optional.empty(),
                Optional.empty(),
                Optional.of(MemorySize.parse("16M")),
                OptionalInt.of(32),
                OptionalDouble.of(0.5),
                Optional.empty(),
                OptionalInt.of(200),
                Optional.of("0"),
                OptionalInt.empty(),
                List.of(),
                Map.of());
    }

    static Limits cpus(double cpus, int weight, String cpuset) {
        return new Limits(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalDouble.of(cpus),
                Optional.empty(),
                OptionalInt.of(weight),
                Optional.of(cpuset),
                OptionalInt.empty(),
                List.of(),
                Map.of());
    }

    static CgroupRequest strict(Limits limits) {
        return new CgroupRequest(
                limits, false, false, Enforcement.STRICT, Optional.empty(), Optional.empty());
    }

    static CgroupRequest bestEffort(Limits limits) {
        return new CgroupRequest(
                limits, false, false, Enforcement.BEST_EFFORT, Optional.empty(), Optional.empty());
    }

    /** With CPU accounting and something to kill everything by. */
    static CgroupRequest full(Limits limits) {
        return new CgroupRequest(
                limits, true, true, Enforcement.STRICT, Optional.empty(), Optional.empty());
    }
}
