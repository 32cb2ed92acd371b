package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds out whose limit on memory made the kernel kill: that of a group, or of one above it. Every
 * group counts for itself how often its own limit was reached: {@code oom} of memory.events.local,
 * memory.failcnt on v1.
 */
final class OomCulprit {
    /** No tree is as deep: cgroup.max.depth of systemd's is its default, but paths end. */
    private static final int MAX_DEPTH = 64;

    private final Linux linux;
    private final GroupDirectory group;
    private final boolean v2;

    /** How often those above had reached theirs when this began. */
    private final Map<String, Long> before;

    private OomCulprit(Linux linux, GroupDirectory group, boolean v2, Map<String, Long> before) {
        this.linux = linux;
        this.group = group;
        this.v2 = v2;
        this.before = before;
    }

    /** A group and its limit on memory. */
    record Culprit(MemorySize limit, String cgroup) {}

    /**
     * For somebody who looks when it has happened: a group above that reached its limit long ago
     * may be taken for the one that did it now, if there are several.
     */
    static OomCulprit afterwards(Linux linux, GroupDirectory group, boolean v2) {
        return new OomCulprit(linux, group, v2, Map.of());
    }

    /** For somebody who looks now and later. */
    static OomCulprit from(Linux linux, GroupDirectory group, boolean v2) {
        OomCulprit now = new OomCulprit(linux, group, v2, new HashMap<>());
        String path = parent(group.path());
        for (int i = 0; i < MAX_DEPTH && now.limit(path).isPresent(); i++) {
            now.before.put(path, now.reached(path));
            path = parent(path);
        }
        return now;
    }

    /** Empty: it was the machine's memory, or nobody kept count. */
    Optional<Culprit> find() {
        Optional<MemorySize> own = limit(group.path()).filter(OomCulprit::isLimit);
        if (own.isPresent() && reached(group.path()) > 0) {
            return Optional.of(new Culprit(own.get(), group.path()));
        }
        Optional<Culprit> tightest = Optional.empty();
        String path = parent(group.path());
        for (int i = 0; i < MAX_DEPTH; i++) {
            Optional<MemorySize> limit = limit(path);
            if (limit.isEmpty()) {
                break;
            }
            if (isLimit(limit.get())
                    && reached(path) > before.getOrDefault(path, 0L)
                    && (tightest.isEmpty() || limit.get().compareTo(tightest.get().limit()) < 0)) {
                tightest = Optional.of(new Culprit(limit.get(), path));
            }
            path = parent(path);
        }
        return tightest;
    }

    /** Empty at the root of the tree and above it; the largest number where there is none. */
    private Optional<MemorySize> limit(String path) {
        var text = read(path, v2 ? "memory.max" : V1Settings.MEMORY_LIMIT);
        if (text.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(MemorySize.of(CgroupText.number(text).orElse(Long.MAX_VALUE)));
    }

    private static boolean isLimit(MemorySize limit) {
        return limit.bytes() != Long.MAX_VALUE;
    }

    private long reached(String path) {
        if (!v2) {
            long failures =
                    CgroupText.number(read(path, "memory.failcnt")).orElse(0)
                            + CgroupText.number(read(path, "memory.memsw.failcnt")).orElse(0);
            return failures == 0 && V1Fill.isFull(file -> read(path, file)) ? 1 : failures;
        }
        OptionalLong local = CgroupText.field(read(path, "memory.events.local"), "oom");
        return local.orElse(0);
    }

    private String read(String path, String file) {
        return KernelFile.read(linux, Linux.AT_FDCWD, path + "/" + file).text();
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
}
