package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strict profile, set-id files, and what stands in for namespaces. */
class OtherRulesTest {
    private static final Filter STRICT =
            FilterCompiler.compile(StrictProfile.profile(), Filters.X86);
    private static final Filter SET_ID = after(new Profile(Action.ALLOW, SetIdRules.rules()));
    private static final Filter ALONE =
            after(new Profile(Action.ALLOW, UnprivilegedRules.rules(false, true)));
    private static final Filter NETWORKED =
            after(new Profile(Action.ALLOW, UnprivilegedRules.rules(true, true)));

    private static Filter after(Profile profile) {
        return FilterCompiler.compile(profile, Filters.X86);
    }

    private static String answer(Filter filter, String name, long... arguments) {
        return Filters.answer(filter, Call.of(name, arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socket", "socketpair", "connect", "fork", "vfork", "kill", "tkill", "chmod",
                "chown", "setxattr", "link", "symlink", "mknod", "mount", "unshare", "ptrace",
                "shmget", "msgget", "mq_open", "setuid", "setsid", "utimensat", "bpf"
            })
    void strictDenies(String name) {
        assertThat(answer(STRICT, name)).isEqualTo("EPERM");
    }

    @Test
    void strictKnowsThreadsAndTerminals() {
        assertThat(answer(STRICT, "clone", 0x003D_0F00)).isEqualTo("allow");
        assertThat(answer(STRICT, "clone", 17)).isEqualTo("EPERM");
        assertThat(answer(STRICT, "clone", 0x0003_0D00)).isEqualTo("EPERM"); // CLONE_NEWNS
        assertThat(answer(STRICT, "prlimit64", 1, 7, 0x1000)).isEqualTo("EPERM");
        assertThat(answer(STRICT, "prlimit64", 1, 7, 0)).isEqualTo("allow");
        assertThat(answer(STRICT, "prlimit64", 0, 7, 0x1000)).isEqualTo("allow");
        assertThat(answer(STRICT, "clone3")).isEqualTo("ENOSYS");
        assertThat(answer(STRICT, "ioctl", 0, 0x5401)).isEqualTo("allow");
        assertThat(answer(STRICT, "ioctl", 0, 0x5412)).isEqualTo("ENOTTY");
        assertThat(answer(STRICT, "prctl", 15)).isEqualTo("allow");
        assertThat(answer(STRICT, "prctl", 4)).isEqualTo("EINVAL");
        assertThat(answer(STRICT, "tgkill")).isEqualTo("allow");
    }

    @Test
    void noChildIsGivenToTheParent() {
        Filter filter = after(Profile.NONE.preceded(ParentRules.rules()));
        for (long flags : new long[] {0x8011, 0x1_8000, 1L << 32 | 0x8000}) {
            assertThat(answer(filter, "clone", flags)).isEqualTo("EINVAL");
        }
        assertThat(answer(filter, "clone", 0x003D_0F00)).isEqualTo("allow");
        assertThat(answer(filter, "clone", 17, 0x8000)).isEqualTo("allow");
        assertThat(answer(filter, "clone3")).isEqualTo("ENOSYS");
    }

    @ParameterizedTest
    @ValueSource(longs = {04000, 02000, 06000, 04755, 0xDEAD_0000_0000_0800L})
    void noSetIdFileIsMade(long mode) {
        for (String name : new String[] {"chmod", "fchmod", "mkdir", "mknod", "creat"}) {
            assertThat(answer(SET_ID, name, 0, mode)).isEqualTo("EPERM");
            assertThat(answer(SET_ID, name, mode, 0777)).isEqualTo("allow");
        }
        for (String name : new String[] {"fchmodat", "fchmodat2", "mkdirat", "mknodat"}) {
            assertThat(answer(SET_ID, name, 0, 0, mode)).isEqualTo("EPERM");
        }
        assertThat(answer(SET_ID, "open", 0, 0101, mode)).isEqualTo("EPERM");
        assertThat(answer(SET_ID, "openat", 0, 0, 0101, mode)).isEqualTo("EPERM");
        assertThat(answer(SET_ID, "openat", 0, 0, 020200002, mode)).isEqualTo("EPERM");
        assertThat(answer(SET_ID, "openat", 0, 0, 2, mode)).isEqualTo("allow");
        assertThat(answer(SET_ID, "openat2")).isEqualTo("ENOSYS");
        assertThat(answer(SET_ID, "io_uring_setup")).isEqualTo("ENOSYS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"setxattr", "lsetxattr", "fsetxattr", "setxattrat"})
    void whoMayGiveFilesCapabilitiesSetsNoAttribute(String name) {
        assertThat(answer(SET_ID, name)).isEqualTo("allow");
        Filter able =
                FilterCompiler.compile(
                        Profile.NONE.preceded(SetIdRules.rules()), Filters.having("CAP_SETFCAP"));
        assertThat(answer(able, name)).isEqualTo("EPERM");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setsid", "setpgid", "chmod", "fchmodat2", "lchown", "setxattrat", "utimensat",
                "file_setattr", "mknod", "shmget", "semop", "msgsnd", "mq_open", "ptrace",
                "process_vm_writev", "pidfd_getfd", "perf_event_open"
            })
    void withoutNamespacesDenies(String name) {
        assertThat(answer(ALONE, name)).isEqualTo("EPERM");
    }

    @Test
    void withoutNamespacesOnlyTheCallerIsAdjusted() {
        for (String name :
                new String[] {
                    "prlimit64",
                    "sched_setaffinity",
                    "sched_setparam",
                    "sched_setscheduler",
                    "sched_setattr"
                }) {
            assertThat(answer(ALONE, name, 0)).isEqualTo("allow");
            assertThat(answer(ALONE, name, 1)).isEqualTo("EPERM");
            assertThat(answer(ALONE, name, 0xFFFF_FFFFL)).isEqualTo("EPERM");
        }
        assertThat(answer(ALONE, "setpriority", 0, 0)).isEqualTo("allow");
        assertThat(answer(ALONE, "setpriority", 0, 9)).isEqualTo("EPERM");
        assertThat(answer(ALONE, "setpriority", 2, 0)).isEqualTo("EPERM");
        assertThat(answer(ALONE, "ioprio_set", 1, 0)).isEqualTo("allow");
        assertThat(answer(ALONE, "ioprio_set", 3, 0)).isEqualTo("EPERM");
    }

    @Test
    void withoutNetworkThereAreOnlyPairs() {
        assertThat(answer(ALONE, "socket", 1, 1)).isEqualTo("EAFNOSUPPORT");
        assertThat(answer(ALONE, "socketpair", 1, 1)).isEqualTo("allow");
        assertThat(answer(ALONE, "socketpair", 2, 1)).isEqualTo("EAFNOSUPPORT");
        assertThat(answer(NETWORKED, "socket", 2, 1)).isEqualTo("allow");
    }

    /** Flags, verity, encryption, projects, versions, subvolumes of btrfs, attributes of FAT. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                0x4008_6602,
                0x4004_6602,
                0x401C_5820,
                0x4080_6685,
                0x800C_6613,
                0x4008_7602,
                0x5000_940E,
                0x5000_9401,
                0x5000_940F,
                0x5000_9418,
                0x4004_7211
            })
    void noReaderChangesAFileByIoctl(int request) {
        for (long dirt : new long[] {0, 1L << 32, -1L << 32}) {
            long dirty = dirt | Integer.toUnsignedLong(request);
            assertThat(answer(ALONE, "ioctl", 0, dirty)).isEqualTo("EPERM");
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x8008_6601,
                0x8004_6601,
                0xC020_660B,
                0x801C_581F,
                0x4004_9409,
                0x4020_940D,
                0xC018_9436,
                0x5401,
                0x5413,
                0x541B,
                0x8912,
                2,
                0x8008_7601
            })
    void whatOnlyAsksIsLeftToTheProfile(int request) {
        assertThat(answer(ALONE, "ioctl", 0, Integer.toUnsignedLong(request))).isEqualTo("allow");
        assertThat(answer(ALONE, "ioctl", 0, request)).isEqualTo("allow");
        Profile none = new Profile(Action.errno(25), UnprivilegedRules.rules(false, true));
        assertThat(answer(after(none), "ioctl", 0, request)).isEqualTo("ENOTTY");
    }

    /** SOCK_NONBLOCK and SOCK_CLOEXEC stand in the same argument. */
    @ParameterizedTest
    @ValueSource(longs = {2, 3, 2 | 02000000, 3 | 04000, 0x1234_0000_0000_0002L})
    void noPairSendsToOthers(long type) {
        for (Filter filter : new Filter[] {ALONE, NETWORKED}) {
            assertThat(answer(filter, "socketpair", 1, type)).isEqualTo("ESOCKTNOSUPPORT");
            assertThat(answer(filter, "socketpair", 1, 1 | 02000000)).isEqualTo("allow");
            assertThat(answer(filter, "socketpair", 1, 5)).isEqualTo("allow");
        }
    }

    /** On the host's network too: the services of the host listen there, and at their paths. */
    @Test
    void noSocketReachesServicesOfTheHost() {
        Filter both =
                FilterCompiler.compile(
                        Profile.NONE.preceded(UnprivilegedRules.rules(true, true)),
                        Filters.X86.withThirtyTwoBit(true));
        for (long dirt : new long[] {0, 1L << 32}) {
            assertThat(answer(both, "socket", dirt | 1, 1)).isEqualTo("EAFNOSUPPORT");
        }
        assertThat(answer(both, "socket", 2, 1)).isEqualTo("allow");
        assertThat(Filters.answer(both, Call.of(Architecture.I386, "socketcall", 1)))
                .isEqualTo("ENOSYS");
        assertThat(Filters.answer(both, Call.of(Architecture.I386, "socket", 1)))
                .isEqualTo("EAFNOSUPPORT");
    }
}
