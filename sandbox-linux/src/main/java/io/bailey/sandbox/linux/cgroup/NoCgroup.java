package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.Limits;
import io.bailey.sandbox.Stats;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** No group: nothing was asked for, or under BEST_EFFORT nothing could be given. */
record NoCgroup(List<String> degraded) implements Cgroup {
    static final NoCgroup NOTHING_ASKED = new NoCgroup(List.of());

    @Override
    public OptionalInt directoryFd() {
        return OptionalInt.empty();
    }

    @Override
    public List<Integer> attachFds() {
        return List.of();
    }

    @Override
    public CgroupUsage usage() {
        return CgroupUsage.NONE;
    }

    @Override
    public long cpuMicros() {
        return 0;
    }

    @Override
    public void kill() {
        // Nobody is in it: a request to be killable is never answered with no group.
    }

    @Override
    public void freeze() {
        throw Freezer.unavailable();
    }

    @Override
    public void thaw() {
        // Nobody was frozen.
    }

    @Override
    public void update(Limits before, Limits after) {
        if (!after.isEmpty()) {
            throw Degradation.unavailable(
                    List.of(
                            new Problem(
                                    "limits",
                                    "the container has no control group: " + degraded,
                                    Fixes.MOUNT)));
        }
    }

    @Override
    public Stats stats() {
        return V1Stats.none();
    }

    @Override
    public Optional<CgroupNews> news() {
        return Optional.empty();
    }

    @Override
    public List<String> paths() {
        return List.of();
    }

    @Override
    public void close() {
        // Nothing was made.
    }

    @Override
    public void forget() {
        // There is none.
    }
}
