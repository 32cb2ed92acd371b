package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sizes and offsets of the kernel's structs: the code against a table, and the table against the C
 * headers where there is a compiler.
 */
class StructsTest {
    private static final String[] HEADERS = {
        "linux/openat2.h",
        "linux/mount.h",
        "linux/sched.h",
        "linux/stat.h",
        "linux/bpf.h",
        "sys/epoll.h",
        "sys/resource.h",
        "signal.h"
    };

    /** The kernel's ABI on x86-64: it never changes, only grows. */
    private static final Map<String, Long> TABLE =
            Map.ofEntries(
                    Map.entry("sizeof(struct open_how)", 24L),
                    Map.entry("offsetof(struct open_how,flags)", 0L),
                    Map.entry("offsetof(struct open_how,mode)", 8L),
                    Map.entry("offsetof(struct open_how,resolve)", 16L),
                    Map.entry("sizeof(struct mount_attr)", 32L),
                    Map.entry("offsetof(struct mount_attr,attr_set)", 0L),
                    Map.entry("offsetof(struct mount_attr,attr_clr)", 8L),
                    Map.entry("offsetof(struct mount_attr,propagation)", 16L),
                    Map.entry("offsetof(struct mount_attr,userns_fd)", 24L),
                    Map.entry("sizeof(struct clone_args)", 88L),
                    Map.entry("offsetof(struct clone_args,flags)", 0L),
                    Map.entry("offsetof(struct clone_args,pidfd)", 8L),
                    Map.entry("offsetof(struct clone_args,child_tid)", 16L),
                    Map.entry("offsetof(struct clone_args,parent_tid)", 24L),
                    Map.entry("offsetof(struct clone_args,exit_signal)", 32L),
                    Map.entry("offsetof(struct clone_args,stack)", 40L),
                    Map.entry("offsetof(struct clone_args,stack_size)", 48L),
                    Map.entry("offsetof(struct clone_args,tls)", 56L),
                    Map.entry("offsetof(struct clone_args,set_tid)", 64L),
                    Map.entry("offsetof(struct clone_args,set_tid_size)", 72L),
                    Map.entry("offsetof(struct clone_args,cgroup)", 80L),
                    Map.entry("sizeof(struct rusage)", 144L),
                    Map.entry("offsetof(struct rusage,ru_utime.tv_sec)", 0L),
                    Map.entry("offsetof(struct rusage,ru_utime.tv_usec)", 8L),
                    Map.entry("offsetof(struct rusage,ru_stime.tv_sec)", 16L),
                    Map.entry("offsetof(struct rusage,ru_stime.tv_usec)", 24L),
                    Map.entry("offsetof(struct rusage,ru_maxrss)", 32L),
                    Map.entry("offsetof(struct rusage,ru_nswap)", 80L),
                    Map.entry("offsetof(struct rusage,ru_inblock)", 88L),
                    Map.entry("offsetof(struct rusage,ru_oublock)", 96L),
                    Map.entry("sizeof(struct statx)", 256L),
                    Map.entry("offsetof(struct statx,stx_uid)", 20L),
                    Map.entry("offsetof(struct statx,stx_gid)", 24L),
                    Map.entry("offsetof(struct statx,stx_mode)", 28L),
                    Map.entry("offsetof(struct statx,stx_ino)", 32L),
                    Map.entry("offsetof(struct statx,stx_size)", 40L),
                    Map.entry("offsetof(struct statx,stx_rdev_major)", 128L),
                    Map.entry("offsetof(struct statx,stx_rdev_minor)", 132L),
                    Map.entry("offsetof(struct statx,stx_dev_major)", 136L),
                    Map.entry("offsetof(struct statx,stx_dev_minor)", 140L),
                    Map.entry("offsetof(union bpf_attr,prog_type)", 0L),
                    Map.entry("offsetof(union bpf_attr,insn_cnt)", 4L),
                    Map.entry("offsetof(union bpf_attr,insns)", 8L),
                    Map.entry("offsetof(union bpf_attr,license)", 16L),
                    Map.entry("offsetof(union bpf_attr,log_level)", 24L),
                    Map.entry("offsetof(union bpf_attr,log_size)", 28L),
                    Map.entry("offsetof(union bpf_attr,log_buf)", 32L),
                    Map.entry("offsetof(union bpf_attr,kern_version)", 40L),
                    Map.entry("offsetof(union bpf_attr,prog_flags)", 44L),
                    Map.entry("offsetof(union bpf_attr,prog_name)", 48L),
                    Map.entry("offsetof(union bpf_attr,target_fd)", 0L),
                    Map.entry("offsetof(union bpf_attr,attach_bpf_fd)", 4L),
                    Map.entry("offsetof(union bpf_attr,attach_type)", 8L),
                    Map.entry("offsetof(union bpf_attr,attach_flags)", 12L),
                    Map.entry("sizeof(struct epoll_event)", 12L),
                    Map.entry("offsetof(struct epoll_event,events)", 0L),
                    Map.entry("offsetof(struct epoll_event,data)", 4L),
                    Map.entry("sizeof(siginfo_t)", 128L),
                    Map.entry("offsetof(siginfo_t,si_code)", 8L),
                    Map.entry("offsetof(siginfo_t,si_pid)", 16L),
                    Map.entry("offsetof(siginfo_t,si_status)", 24L));

    private static long table(String expression) {
        return TABLE.getOrDefault(expression, -1L);
    }

    @Test
    void theTableIsWhatTheHeadersSay(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CProgram program = new CProgram(HEADERS);
        TABLE.keySet().forEach(question -> program.print(question.replace(' ', '~'), question));
        Map<String, Long> answers = new TreeMap<>();
        program.run(directory).forEach((name, n) -> answers.put(name.replace('~', ' '), n));
        assertThat(answers).isEqualTo(new TreeMap<>(TABLE));
    }

    @Test
    void layoutsAreAsTheTableSays() {
        check("struct open_how", Layouts.OPEN_HOW, "flags", "mode", "resolve");
        check(
                "struct mount_attr",
                Layouts.MOUNT_ATTR,
                "attr_set",
                "attr_clr",
                "propagation",
                "userns_fd");
        check(
                "struct clone_args",
                Layouts.CLONE_ARGS,
                "flags",
                "pidfd",
                "child_tid",
                "parent_tid",
                "exit_signal",
                "stack",
                "stack_size",
                "tls",
                "set_tid",
                "set_tid_size",
                "cgroup");
        offsets(
                "union bpf_attr",
                Layouts.BPF_PROG_LOAD,
                "prog_type",
                "insn_cnt",
                "insns",
                "license",
                "log_level",
                "log_size",
                "log_buf",
                "kern_version",
                "prog_flags",
                "prog_name");
        offsets(
                "union bpf_attr",
                Layouts.BPF_PROG_ATTACH,
                "target_fd",
                "attach_bpf_fd",
                "attach_type",
                "attach_flags");
        assertThat(Layouts.RUSAGE.byteSize()).isEqualTo(table("sizeof(struct rusage)"));
        assertThat(Layouts.STATX_BYTES).isEqualTo(table("sizeof(struct statx)"));
        assertThat(Layouts.EPOLL_EVENT_BYTES).isEqualTo(table("sizeof(struct epoll_event)"));
    }

    private static void check(String struct, StructLayout layout, String... fields) {
        assertThat(layout.byteSize()).isEqualTo(table("sizeof(" + struct + ")"));
        offsets(struct, layout, fields);
    }

    private static void offsets(String struct, StructLayout layout, String... fields) {
        for (String field : fields) {
            assertThat(layout.byteOffset(groupElement(field)))
                    .as(struct + "." + field)
                    .isEqualTo(table("offsetof(" + struct + "," + field + ")"));
        }
    }

    @Test
    void statIsReadFromItsPlaces() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(256, 8);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_uid)"), 11);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_gid)"), 12);
            s.set(
                    ValueLayout.JAVA_SHORT,
                    table("offsetof(struct statx,stx_mode)"),
                    (short) 0100644);
            s.set(ValueLayout.JAVA_LONG, table("offsetof(struct statx,stx_ino)"), 13);
            s.set(ValueLayout.JAVA_LONG, table("offsetof(struct statx,stx_size)"), 14);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_dev_major)"), 15);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_dev_minor)"), 16);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_rdev_major)"), 17);
            s.set(ValueLayout.JAVA_INT, table("offsetof(struct statx,stx_rdev_minor)"), 18);
            assertThat(Stat.of(s))
                    .isEqualTo(
                            new Stat(0, 0100644, 11, 12, 13, 14, 15L << 32 | 16, 17L << 32 | 18));
            assertThat(Stat.of(s).major()).isEqualTo(17);
            assertThat(Stat.of(s).minor()).isEqualTo(18);
            assertThat(Stat.of(s).isRegular()).isTrue();
            assertThat(Stat.of(s).isDirectory()).isFalse();
        }
    }

    @Test
    void theEndOfAChildIsReadFromItsPlaces() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(128, 8);
            info.set(ValueLayout.JAVA_INT, table("offsetof(siginfo_t,si_code)"), 1);
            info.set(ValueLayout.JAVA_INT, table("offsetof(siginfo_t,si_pid)"), 4711);
            info.set(ValueLayout.JAVA_INT, table("offsetof(siginfo_t,si_status)"), 42);
            MemorySegment usage = arena.allocate(144, 8);
            put(usage, "ru_utime.tv_sec", 2);
            put(usage, "ru_utime.tv_usec", 3);
            put(usage, "ru_stime.tv_sec", 4);
            put(usage, "ru_stime.tv_usec", 5);
            put(usage, "ru_maxrss", 6);
            put(usage, "ru_inblock", 7);
            put(usage, "ru_oublock", 8);
            assertThat(ExitStatus.of(0, info, usage))
                    .isEqualTo(
                            new ExitStatus(
                                    0,
                                    4711,
                                    1,
                                    42,
                                    new ExitStatus.Rusage(2_000_003, 4_000_005, 6 * 1024, 7, 8)));
        }
    }

    private static void put(MemorySegment usage, String field, long value) {
        usage.set(ValueLayout.JAVA_LONG, table("offsetof(struct rusage," + field + ")"), value);
    }

    @Test
    void epollEventsLieOneBehindTheOther() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate(2 * Layouts.EPOLL_EVENT_BYTES, 8);
            Layouts.setEpollEvent(events, 1, -2);
            Layouts.setEpollEvent(events.asSlice(Layouts.EPOLL_EVENT_BYTES), 3, 4);
            assertThat(Layouts.epollEvents(events, 0)).isEqualTo(1);
            assertThat(Layouts.epollData(events, 0)).isEqualTo(-2);
            assertThat(Layouts.epollEvents(events, 1)).isEqualTo(3);
            assertThat(Layouts.epollData(events, 1)).isEqualTo(4);
        }
    }

    @Test
    void waitStatusIsThatOfWait2() {
        ExitStatus.Rusage none = new ExitStatus.Rusage(0, 0, 0, 0, 0);
        assertThat(new ExitStatus(0, 1, 1, 42, none).waitStatus()).isEqualTo(42 << 8);
        assertThat(new ExitStatus(0, 1, 2, 9, none).waitStatus()).isEqualTo(9);
        assertThat(new ExitStatus(0, 1, 3, 11, none).waitStatus()).isEqualTo(11);
    }
}
