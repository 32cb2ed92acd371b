package io.bailey.sandbox.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * The kernel's structs, padding written out; a test compares sizes and offsets with what a C
 * compiler says.
 */
final class Layouts {
    /** {@code struct open_how}, openat2(2). */
    static final StructLayout OPEN_HOW =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("flags"),
                    JAVA_LONG.withName("mode"),
                    JAVA_LONG.withName("resolve"));

    /** {@code struct mount_attr}, mount_setattr(2). */
    static final StructLayout MOUNT_ATTR =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("attr_set"),
                    JAVA_LONG.withName("attr_clr"),
                    JAVA_LONG.withName("propagation"),
                    JAVA_LONG.withName("userns_fd"));

    /** {@code struct clone_args}, clone3(2), version 2 (with {@code cgroup}). */
    static final StructLayout CLONE_ARGS =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("flags"),
                    JAVA_LONG.withName("pidfd"),
                    JAVA_LONG.withName("child_tid"),
                    JAVA_LONG.withName("parent_tid"),
                    JAVA_LONG.withName("exit_signal"),
                    JAVA_LONG.withName("stack"),
                    JAVA_LONG.withName("stack_size"),
                    JAVA_LONG.withName("tls"),
                    JAVA_LONG.withName("set_tid"),
                    JAVA_LONG.withName("set_tid_size"),
                    JAVA_LONG.withName("cgroup"));

    /** {@code struct rusage}, getrusage(2): two timevals and fourteen longs. */
    static final StructLayout RUSAGE =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("utime_sec"),
                    JAVA_LONG.withName("utime_usec"),
                    JAVA_LONG.withName("stime_sec"),
                    JAVA_LONG.withName("stime_usec"),
                    JAVA_LONG.withName("maxrss"),
                    MemoryLayout.sequenceLayout(5, JAVA_LONG).withName("unmaintained"),
                    JAVA_LONG.withName("nswap"),
                    JAVA_LONG.withName("inblock"),
                    JAVA_LONG.withName("oublock"),
                    MemoryLayout.sequenceLayout(5, JAVA_LONG).withName("rest"));

    /**
     * {@code union bpf_attr} as {@code BPF_PROG_LOAD} reads it, up to the name (Linux 4.15),
     * bpf(2).
     */
    static final StructLayout BPF_PROG_LOAD =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("prog_type"),
                    JAVA_INT.withName("insn_cnt"),
                    JAVA_LONG.withName("insns"),
                    JAVA_LONG.withName("license"),
                    JAVA_INT.withName("log_level"),
                    JAVA_INT.withName("log_size"),
                    JAVA_LONG.withName("log_buf"),
                    JAVA_INT.withName("kern_version"),
                    JAVA_INT.withName("prog_flags"),
                    MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_BYTE).withName("prog_name"));

    /** {@code union bpf_attr} as {@code BPF_PROG_ATTACH} reads it. */
    static final StructLayout BPF_PROG_ATTACH =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("target_fd"),
                    JAVA_INT.withName("attach_bpf_fd"),
                    JAVA_INT.withName("attach_type"),
                    JAVA_INT.withName("attach_flags"));

    static final long STATX_BYTES = 256;

    /** {@code struct epoll_event} is packed on x86-64 only (eventpoll.h, EPOLL_PACKED). */
    static final long EPOLL_EVENT_BYTES = Arch.current() == Arch.X86_64 ? 12 : 16;

    private static final long EPOLL_DATA = EPOLL_EVENT_BYTES - 8;
    private static final ValueLayout.OfLong UNALIGNED_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private Layouts() {}

    static void setEpollEvent(MemorySegment event, int events, long data) {
        event.set(JAVA_INT, 0, events);
        event.set(UNALIGNED_LONG, EPOLL_DATA, data);
    }

    static int epollEvents(MemorySegment events, int index) {
        return events.get(ValueLayout.JAVA_INT_UNALIGNED, index * EPOLL_EVENT_BYTES);
    }

    static long epollData(MemorySegment events, int index) {
        return events.get(UNALIGNED_LONG, index * EPOLL_EVENT_BYTES + EPOLL_DATA);
    }
}
