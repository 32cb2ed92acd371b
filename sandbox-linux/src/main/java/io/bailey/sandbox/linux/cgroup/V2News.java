package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.sys.Linux;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** News of a v2 group: memory.events and pids.events, cgroup-v2.rst. */
final class V2News implements CgroupNews {
    private final GroupDirectory group;
    private final Optional<Watched> memory;
    private final Optional<Watched> pids;
    private final OomCulprit culprit;
    private final Counters counters = new Counters();

    private V2News(
            GroupDirectory group,
            Optional<Watched> memory,
            Optional<Watched> pids,
            OomCulprit culprit) {
        this.group = group;
        this.memory = memory;
        this.pids = pids;
        this.culprit = culprit;
    }

    /** Empty where neither controller is. */
    static Optional<CgroupNews> of(Linux linux, GroupDirectory group) {
        Optional<Watched> memory = Watched.open(linux, Optional.of(group), "memory.events");
        Optional<Watched> pids = Watched.open(linux, Optional.of(group), "pids.events");
        if (memory.isEmpty() && pids.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new V2News(group, memory, pids, OomCulprit.from(linux, group, true)));
    }

    @Override
    public synchronized Map<Integer, Integer> descriptors() {
        Map<Integer, Integer> descriptors = new HashMap<>();
        memory.ifPresent(file -> descriptors.put(file.fd(), Watched.EPOLLPRI));
        pids.ifPresent(file -> descriptors.put(file.fd(), Watched.EPOLLPRI));
        return descriptors;
    }

    @Override
    public synchronized List<Change> read() {
        if (memory.isPresent()) {
            Watched events = memory.get();
            events.look();
            counters.memory(events.count("oom_kill"), events.count("max"), group.path(), culprit);
            counters.reached("memoryHigh", events.count("high"), Optional.of(group.path()));
        }
        if (pids.isPresent()) {
            pids.get().look();
            counters.reached("pids", pids.get().count("max"), whosePids());
        }
        return counters.take();
    }

    /**
     * Of this group's limit, or of a group inside. Kernels before 6.12 count where the fork was
     * refused, whosever limit it was, and have no file for the group alone.
     */
    private Optional<String> whosePids() {
        OptionalLong own = CgroupText.field(group.read("pids.events.local").text(), "max");
        return own.orElse(0) > 0 ? Optional.of(group.path()) : Optional.empty();
    }

    @Override
    public synchronized void close() {
        memory.ifPresent(Watched::close);
        pids.ifPresent(Watched::close);
    }
}
