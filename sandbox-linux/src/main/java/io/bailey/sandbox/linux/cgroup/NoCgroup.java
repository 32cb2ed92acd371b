package io.bailey.sandbox.linux.cgroup;

import java.util.List;
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
    public void close() {
        // Nothing was made.
    }
}
