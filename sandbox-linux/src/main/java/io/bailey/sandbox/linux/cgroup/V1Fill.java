package io.bailey.sandbox.linux.cgroup;

import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Whether a v1 group has ever been full. With a limit on memory and swap together that equals the
 * one on memory, which is what no swap means, it is that one that is reached; and since Linux 6.15
 * the kernel does not count how often (mm/page_counter.c, track_failcnt).
 */
final class V1Fill {
    /** Charges are taken in batches of 64 pages: mm/memcontrol.c, MEMCG_CHARGE_BATCH. */
    private static final long BATCH_BYTES = 64 * 4096;

    private V1Fill() {}

    /**
     * @param read what a file of the group says
     */
    static boolean isFull(UnaryOperator<String> read) {
        OptionalLong limit = CgroupText.number(read.apply(V1Settings.MEMORY_AND_SWAP));
        OptionalLong most = CgroupText.number(read.apply("memory.memsw.max_usage_in_bytes"));
        return limit.isPresent()
                && most.isPresent()
                && most.getAsLong() > limit.getAsLong() - BATCH_BYTES;
    }
}
