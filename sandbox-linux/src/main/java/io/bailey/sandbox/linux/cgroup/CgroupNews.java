package io.bailey.sandbox.linux.cgroup;

import io.bailey.sandbox.MemorySize;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a group's limits do while it lives: descriptors to wait for, and what is new. */
public interface CgroupNews extends AutoCloseable {

    /** Descriptors, each with the epoll events that say that there may be something new. */
    Map<Integer, Integer> descriptors();

    /** What has changed since the last call. Must not block. */
    List<Change> read();

    /** Lets go of the descriptors. */
    @Override
    void close();

    /** One change; numbers are those since the group was made. */
    sealed interface Change {}

    /**
     * Processes were killed for want of memory.
     *
     * @param limit the limit that was reached; empty if it was the machine's memory
     * @param cgroup whose limit that is, as a path; empty if that cannot be found out
     */
    record OomKills(long kills, Optional<MemorySize> limit, Optional<String> cgroup)
            implements Change {}

    /**
     * A limit was reached and nobody was killed for it.
     *
     * @param limit as the setter of the builder is called
     */
    record Reached(String limit, long times, Optional<String> cgroup) implements Change {}
}
