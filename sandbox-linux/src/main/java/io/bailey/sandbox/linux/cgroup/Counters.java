package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.linux.cgroup.CgroupNews.Change;
import io.bailey.sandbox.linux.cgroup.CgroupNews.OomKills;
import io.bailey.sandbox.linux.cgroup.CgroupNews.Reached;
import io.bailey.sandbox.linux.cgroup.OomCulprit.Culprit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What of a group's counters has been told already. */
final class Counters {
    private final Map<String, Long> told = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();

    /**
     * Kills, or else that the limit was reached: a limit at which somebody is killed was reached
     * too.
     */
    void memory(OptionalLong kills, OptionalLong reached, String cgroup, OomCulprit culprit) {
        boolean killed = isNew("oom_kill", kills);
        boolean limit = isNew("memory", reached);
        if (killed) {
            Optional<Culprit> who = culprit.find();
            changes.add(
                    new OomKills(
                            kills.orElse(0), who.map(Culprit::limit), who.map(Culprit::cgroup)));
        } else if (limit) {
            changes.add(new Reached("memory", reached.orElse(0), Optional.of(cgroup)));
        }
    }

    /** {@code limit} was reached so often. */
    void reached(String limit, OptionalLong times, Optional<String> cgroup) {
        if (isNew(limit, times)) {
            changes.add(new Reached(limit, times.orElse(0), cgroup));
        }
    }

    private boolean isNew(String counter, OptionalLong count) {
        long before = told.getOrDefault(counter, 0L);
        told.put(counter, Math.max(before, count.orElse(0)));
        return count.orElse(0) > before;
    }

    /** What is new since the last call. */
    List<Change> take() {
        List<Change> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }
}
