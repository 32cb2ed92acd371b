package io.bailey.sandbox.linux.seccomp;

import static io.bailey.sandbox.linux.seccomp.Filters.having;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** What ordinary programs may do. */
class StandardProfileTest {
    private static final Filter FILTER =
            FilterCompiler.compile(
                    StandardProfile.profile().preceded(ParentRules.rules()), Filters.X86);

    private static String answer(String name, long... arguments) {
        return Filters.answer(FILTER, Call.of(name, arguments));
    }

    private static String answerWith(String capability, String name, long... arguments) {
        Filter filter = FilterCompiler.compile(StandardProfile.profile(), having(capability));
        return Filters.answer(filter, Call.of(name, arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read",
                "openat",
                "openat2",
                "execve",
                "execveat",
                "exit_group",
                "mmap",
                "futex",
                "rseq",
                "membarrier",
                "mseal",
                "statx",
                "close_range",
                "epoll_pwait2",
                "cachestat",
                "fchmodat2",
                "map_shadow_stack",
                "futex_waitv",
                "futex_wake",
                "memfd_create",
                "fallocate",
                "landlock_create_ruleset",
                "seccomp",
                "prctl",
                "arch_prctl",
                "kill",
                "vfork",
                "uretprobe",
                "uprobe",
                "chmod",
                "setsid",
                "getrandom",
                "rseq_slice_yield"
            })
    void allows(String name) {
        assertThat(answer(name)).isEqualTo("allow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount",
                "umount2",
                "pivot_root",
                "fsopen",
                "fsconfig",
                "fsmount",
                "fspick",
                "move_mount",
                "open_tree",
                "open_tree_attr",
                "mount_setattr",
                "chroot",
                "setns",
                "ptrace",
                "process_vm_readv",
                "process_vm_writev",
                "kcmp",
                "pidfd_getfd",
                "process_madvise",
                "bpf",
                "perf_event_open",
                "userfaultfd",
                "kexec_load",
                "kexec_file_load",
                "init_module",
                "finit_module",
                "delete_module",
                "open_by_handle_at",
                "quotactl",
                "quotactl_fd",
                "swapon",
                "swapoff",
                "reboot",
                "acct",
                "iopl",
                "ioperm",
                "settimeofday",
                "clock_settime",
                "clock_adjtime",
                "lookup_dcookie",
                "nfsservctl",
                "modify_ldt",
                "uselib",
                "ustat",
                "sysfs",
                "_sysctl",
                "syslog",
                "vhangup",
                "move_pages",
                "mbind",
                "set_mempolicy",
                "migrate_pages",
                "fanotify_init",
                "sethostname",
                "setdomainname"
            })
    void denies(String name) {
        assertThat(answer(name)).isEqualTo("EPERM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "clone3",
                "io_uring_setup",
                "io_uring_enter",
                "io_uring_register",
                "add_key",
                "request_key",
                "keyctl",
                "lsm_set_self_attr"
            })
    void doesNotHave(String name) {
        assertThat(answer(name)).isEqualTo("ENOSYS");
    }

    /** Not even by whom every capability was granted. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mount",
                "umount2",
                "pivot_root",
                "fsopen",
                "move_mount",
                "open_tree",
                "setns",
                "bpf",
                "perf_event_open",
                "init_module",
                "open_by_handle_at",
                "iopl",
                "reboot",
                "kexec_load",
                "quotactl",
                "fanotify_init",
                "swapon"
            })
    void noCapabilityUnlocks(String name) {
        Context all =
                having(
                        "CAP_SYS_ADMIN",
                        "CAP_SYS_MODULE",
                        "CAP_SYS_BOOT",
                        "CAP_SYS_RAWIO",
                        "CAP_BPF",
                        "CAP_PERFMON",
                        "CAP_DAC_READ_SEARCH",
                        "CAP_SYS_CHROOT");
        Filter filter = FilterCompiler.compile(StandardProfile.profile(), all);
        assertThat(Filters.answer(filter, Call.of(name))).isEqualTo("EPERM");
    }

    @ParameterizedTest
    @CsvSource({
        "CAP_SYS_CHROOT, chroot", "CAP_SYS_PTRACE, ptrace", "CAP_SYS_PTRACE, process_vm_readv",
        "CAP_SYS_NICE, mbind", "CAP_SYSLOG, syslog", "CAP_SYS_TIME, clock_settime",
        "CAP_SYS_ADMIN, sethostname", "CAP_SYS_PACCT, acct", "CAP_SYS_TTY_CONFIG, vhangup"
    })
    void aCapabilityUnlocks(String capability, String name) {
        assertThat(answerWith(capability, name)).isEqualTo("allow");
        assertThat(answerWith("CAP_NET_ADMIN", name)).isEqualTo("EPERM");
    }

    @Test
    void everyFamilyOfSocketsButFourIsRefused() {
        for (int family = 0; family < 64; family++) {
            String expected = List.of(1, 2, 10, 16).contains(family) ? "allow" : "EAFNOSUPPORT";
            assertThat(answer("socket", family, 1, 0)).as("family %d", family).isEqualTo(expected);
            assertThat(answer("socketpair", family, 1, 0))
                    .isEqualTo(family == 1 ? "allow" : "EAFNOSUPPORT");
        }
    }

    @Test
    void netlinkIsForRoutesOnly() {
        assertThat(answer("socket", 16, 3, 0)).isEqualTo("allow");
        for (int protocol = 1; protocol < 32; protocol++) {
            assertThat(answer("socket", 16, 3, protocol)).isEqualTo("EPROTONOSUPPORT");
        }
    }

    /** The kernel makes AF_PACKET of AF_INET with SOCK_PACKET, with flags besides too. */
    @Test
    void packetSocketsHaveNoSecondDoor() {
        assertThat(answer("socket", 2, 10, 0)).isEqualTo("EAFNOSUPPORT");
        assertThat(answer("socket", 2, 10 | 02000000, 0)).isEqualTo("EAFNOSUPPORT");
        assertThat(answer("socket", 2, 3, 0)).isEqualTo("allow");
    }

    /** CVE-2019-10063: what the kernel takes as an int has no upper half. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1L << 32, -1L << 32, 0x1234_5678_0000_0000L})
    void dirtInTheUpperHalfChangesNothing(long dirt) {
        assertThat(answer("ioctl", 0, dirt | 0x5412)).isEqualTo("EPERM");
        assertThat(answer("ioctl", 0, dirt | 0x541C)).isEqualTo("EPERM");
        assertThat(answer("ioctl", 0, dirt | 0x541D)).isEqualTo("EPERM");
        assertThat(answer("ioctl", 0, dirt | 0x5423)).isEqualTo("EPERM");
        assertThat(answer("ioctl", 0, dirt | 0x5401)).isEqualTo("allow");
        assertThat(answer("socket", dirt | 38)).isEqualTo("EAFNOSUPPORT");
        assertThat(answer("personality", dirt | 0x40_0000)).isEqualTo("EPERM");
    }

    @Test
    void noNamespaceIsMade() {
        long[] namespaces = {
            0x0002_0000,
            0x0200_0000,
            0x0400_0000,
            0x0800_0000,
            0x1000_0000,
            0x2000_0000,
            0x4000_0000
        };
        for (long flag : namespaces) {
            assertThat(answer("clone", flag | 17)).isEqualTo("EPERM");
            assertThat(answer("unshare", flag)).isEqualTo("EPERM");
            assertThat(answerWith("CAP_SYS_ADMIN", "clone", flag | 17)).isEqualTo("EPERM");
            assertThat(answerWith("CAP_SYS_ADMIN", "unshare", flag)).isEqualTo("EPERM");
        }
        assertThat(answer("unshare", 0x80)).isEqualTo("EPERM");
        assertThat(answer("unshare", 0x0004_0600)).isEqualTo("allow");
        assertThat(answer("unshare", 0)).isEqualTo("allow");
        assertThat(answer("clone", 17)).isEqualTo("allow");
        assertThat(answer("clone", 0x003D_0F00)).isEqualTo("allow"); // pthread_create
    }

    @Test
    void aPersonalityThatWeakensIsRefused() {
        for (long persona : new long[] {0, 8, 0x2_0000, 0x2_0008, 0xFFFF_FFFFL}) {
            assertThat(answer("personality", persona)).isEqualTo("allow");
        }
        assertThat(answer("personality", 0x004_0000)).isEqualTo("EPERM"); // ADDR_NO_RANDOMIZE
        assertThat(answer("personality", 0x040_0000)).isEqualTo("EPERM"); // READ_IMPLIES_EXEC
    }

    @Test
    void thirtyTwoBitProgramsAreJudgedAlike() {
        Filter both =
                FilterCompiler.compile(
                        StandardProfile.profile(), Filters.X86.withThirtyTwoBit(true));
        for (String name : List.of("read", "mmap2", "futex_time64", "stat64", "_llseek")) {
            assertThat(Filters.answer(both, Call.of(Architecture.I386, name))).isEqualTo("allow");
        }
        for (String name : List.of("mount", "umount", "vm86", "vm86old", "clock_settime64")) {
            assertThat(Filters.answer(both, Call.of(Architecture.I386, name))).isEqualTo("EPERM");
        }
        assertThat(Filters.answer(both, Call.of(Architecture.I386, "socketcall", 1)))
                .isEqualTo("ENOSYS");
        assertThat(Filters.answer(both, Call.of(Architecture.I386, "socket", 38)))
                .isEqualTo("EAFNOSUPPORT");
        assertThat(Filters.answer(FILTER, Call.of(Architecture.I386, "read"))).isEqualTo("kill");
    }

    /** A typing error in a list would be a call that is not allowed. */
    @Test
    void everyNameIsACall() {
        StandardProfile.profile().requireKnownNames();
        StrictProfile.profile().requireKnownNames();
        Profile.NONE.preceded(SetIdRules.rules()).requireKnownNames();
        Profile.NONE.preceded(UnprivilegedRules.rules(false, true)).requireKnownNames();
    }

    /** Both are paid at each start; see docs/performance.md. */
    @Test
    void isSmallAndShallow() {
        Machine machine = new Machine(FILTER);
        int deepest = 0;
        int total = 0;
        for (int number = 0; number < 472; number++) {
            int steps = machine.run(new Call(0xC000_003E, number)).steps();
            deepest = Math.max(deepest, steps);
            total += steps;
        }
        assertThat(FILTER.length()).isLessThanOrEqualTo(160);
        assertThat(deepest).isLessThanOrEqualTo(26);
        assertThat(total / 472).isLessThanOrEqualTo(10);
    }
}
