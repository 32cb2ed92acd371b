package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * News of v1 groups: an eventfd for memory.oom_control (cgroup-v1/memory.rst, "OOM Control"), and
 * pids.events. That a limit on memory was reached and nobody killed is counted, not announced; so
 * are refused forks on kernels that announce them for v2 alone (6.11 on, kernel/cgroup/pids.c):
 * they are told when something else is.
 */
final class V1News implements CgroupNews {
    /** The kernel announces first and kills next: so long a count that has not risen may rise. */
    private static final long KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Linux linux;
    private final Optional<GroupDirectory> memory;
    private final OptionalInt eventfd;
    private final Optional<Watched> pids;
    private final Optional<OomCulprit> culprit;
    private final Counters counters = new Counters();
    private long killsSeen;
    private long announcedAt;

    private V1News(
            Linux linux,
            Optional<GroupDirectory> memory,
            OptionalInt eventfd,
            Optional<Watched> pids) {
        this.linux = linux;
        this.memory = memory;
        this.eventfd = eventfd;
        this.pids = pids;
        this.culprit = memory.map(group -> OomCulprit.from(linux, group, false));
    }

    /** Empty where neither controller tells. */
    static Optional<CgroupNews> of(
            Linux linux, Optional<GroupDirectory> memory, Optional<GroupDirectory> tasks) {
        OptionalInt eventfd =
                memory.isPresent() ? register(linux, memory.get()) : OptionalInt.empty();
        Optional<Watched> pids = Watched.open(linux, tasks, "pids.events");
        return eventfd.isEmpty() && pids.isEmpty()
                ? Optional.empty()
                : Optional.of(new V1News(linux, memory, eventfd, pids));
    }

    private static OptionalInt register(Linux linux, GroupDirectory memory) {
        int control = memory.open("memory.oom_control", Linux.O_RDONLY);
        if (control < 0) {
            return OptionalInt.empty();
        }
        try {
            int eventfd = linux.eventfd();
            if (eventfd < 0) {
                return OptionalInt.empty();
            }
            if (memory.write("cgroup.event_control", eventfd + " " + control) < 0) {
                linux.close(eventfd);
                return OptionalInt.empty();
            }
            return OptionalInt.of(eventfd);
        } finally {
            linux.close(control);
        }
    }

    @Override
    public synchronized Map<Integer, Integer> descriptors() {
        Map<Integer, Integer> descriptors = new HashMap<>();
        eventfd.ifPresent(fd -> descriptors.put(fd, Linux.EPOLLIN));
        pids.ifPresent(file -> descriptors.put(file.fd(), Watched.EPOLLPRI));
        return descriptors;
    }

    @Override
    public synchronized List<Change> read() {
        if (memory.isPresent()) {
            readMemory(memory.get());
        }
        if (pids.isPresent()) {
            pids.get().look();
            // v1 counts where the fork was refused, whosever limit it was.
            counters.reached("pids", pids.get().count("max"), Optional.empty());
        }
        return counters.take();
    }

    private void readMemory(GroupDirectory group) {
        OptionalLong kills = CgroupText.field(group.read("memory.oom_control").text(), "oom_kill");
        OptionalLong reached = CgroupText.number(group.read("memory.failcnt").text());
        culprit.ifPresent(c -> counters.memory(kills, reached, group.path(), c));
        boolean risen = kills.orElse(0) > killsSeen;
        killsSeen = kills.orElse(0);
        settle(risen);
    }

    /**
     * Takes the announcement off the eventfd once the kill it is of has been counted: until then,
     * for a moment, it stays and says so again.
     */
    private void settle(boolean risen) {
        if (eventfd.isEmpty() || linux.pollIn(new int[] {eventfd.getAsInt()}, 1, 0) <= 0) {
            announcedAt = 0;
            return;
        }
        long now = System.nanoTime();
        if (announcedAt == 0) {
            announcedAt = now;
        }
        if (risen || now - announcedAt > KILL_NANOS) {
            linux.read(eventfd.getAsInt(), ByteBuffer.allocateDirect(Long.BYTES));
            announcedAt = 0;
        }
    }

    @Override
    public synchronized void close() {
        eventfd.ifPresent(linux::close);
        pids.ifPresent(Watched::close);
    }
}
