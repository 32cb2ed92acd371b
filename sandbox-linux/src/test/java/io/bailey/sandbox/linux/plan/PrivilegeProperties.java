package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;
import static io.bailey.sandbox.linux.plan.Case.prctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** In which order privileges go, on the way from the clone to the command. */
@Domain(Cases.class)
class PrivilegeProperties {
    private static final int TRIES = 300;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_CAP_AMBIENT = 47;
    private static final int PR_CAP_AMBIENT_RAISE = 2;
    private static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    /** Mounts, namespaces and what else takes a capability. */
    private static final Set<Sys> SETTING_UP =
            EnumSet.of(
                    Sys.MOUNT,
                    Sys.FSOPEN,
                    Sys.FSCONFIG,
                    Sys.FSMOUNT,
                    Sys.OPEN_TREE,
                    Sys.MOVE_MOUNT,
                    Sys.MOUNT_SETATTR,
                    Sys.UMOUNT2,
                    Sys.PIVOT_ROOT,
                    Sys.CHROOT,
                    Sys.UNSHARE,
                    Sys.SETNS,
                    Sys.SETHOSTNAME,
                    Sys.IOCTL,
                    Sys.MKNODAT);

    private static final Set<Long> TERMINAL =
            Set.of(
                    (long) TerminalCalls.TIOCSPTLCK,
                    (long) TerminalCalls.TIOCSWINSZ,
                    (long) TerminalCalls.TIOCGPTPEER,
                    (long) TerminalCalls.TIOCSCTTY,
                    (long) TerminalCalls.TCSETS);

    private static final Set<Sys> IDENTITY =
            EnumSet.of(Sys.SETRESUID, Sys.SETRESGID, Sys.SETGROUPS, Sys.CAPSET);

    private static boolean noNewPrivs(Call call) {
        return prctl(call, PR_SET_NO_NEW_PRIVS) && call.number(1) == 1;
    }

    /** The command's own terminal is opened by whoever it is that has no privilege left. */
    private static boolean isSettingUp(Call call) {
        return SETTING_UP.contains(call.sys())
                && !(call.sys() == Sys.IOCTL && TERMINAL.contains(call.number(1)))
                && !(call.sys() == Sys.OPENAT2 && call.string(1).equals(TerminalSteps.PTMX));
    }

    private static boolean boundingDrop(Call call) {
        return prctl(call, PR_CAPBSET_DROP);
    }

    @Property(tries = TRIES)
    void noNewPrivsComesAfterEveryPrivilegedStepAndBeforeExec(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int at = index(path, PrivilegeProperties::noNewPrivs);
        assertThat(at).isNotNegative();
        assertThat(path.get(at).arguments().subList(1, 5)).containsExactly(1L, 0L, 0L, 0L);
        assertThat(path.subList(at, path.size()))
                .noneMatch(c -> isSettingUp(c) || IDENTITY.contains(c.sys()));
        assertThat(index(path, c -> c.sys() == Sys.EXECVE)).isGreaterThan(at);
        assertThat(path.get(at).tolerated()).isEmpty();
    }

    /** All but the bounding set, which only limits what an exec may add. */
    @Property(tries = TRIES)
    void capabilitiesGoAfterTheLastMountAndNamespace(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int lastSetUp = lastIndex(path, c -> isSettingUp(c));
        assertThat(path.subList(0, lastSetUp + 1))
                .noneMatch(c -> c.sys() == Sys.CAPSET || prctl(c, PR_CAP_AMBIENT));
        assertThat(index(path, c -> c.sys() == Sys.CAPSET)).isGreaterThan(lastSetUp);
    }

    /** Bounding; permitted, effective and inheritable; ambient. None may fail unnoticed. */
    @Property(tries = TRIES)
    void capabilitiesGoFromAllFiveSets(@ForAll Case sandbox) {
        assertOnlyWhatIsGiven(sandbox.path(), sandbox.site());
    }

    /** For a first command and for one that enters. */
    static void assertOnlyWhatIsGiven(List<Call> path, Site site) {
        long kept = site.walls().capabilities();
        List<Call> bounding = path.stream().filter(PrivilegeProperties::boundingDrop).toList();
        assertThat(bounding).allMatch(c -> c.repeat() == 2, "counts argument 1");
        assertThat(dropped(bounding))
                .isEqualTo(~kept & Capabilities.upTo(site.lastCapability()).bits());
        int capset = lastIndex(path, c -> c.sys() == Sys.CAPSET);
        Call ambient =
                path.get(
                        lastIndex(
                                path.subList(0, capset),
                                c ->
                                        prctl(c, PR_CAP_AMBIENT)
                                                && c.number(1) == PR_CAP_AMBIENT_CLEAR_ALL));
        assertThat(ambient.arguments().subList(1, 5))
                .containsExactly((long) PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
        Call sets = path.get(capset);
        assertThat(sets.word(0, 0)).as("version 3, this process").isEqualTo(0x20080522);
        boolean root = site.runAs().uid() == 0;
        assertThat(sets.word(1, 0)).isEqualTo(low(kept) | low(kept) << 32);
        assertThat(sets.word(1, 1)).isEqualTo((root ? 0 : low(kept)) | kept >>> 32 << 32);
        assertThat(sets.word(1, 2)).isEqualTo(kept >>> 32 | (root ? 0 : kept >>> 32 << 32));
        assertThat(bounding).allMatch(c -> c.tolerated().isEmpty());
        assertThat(List.of(ambient, sets)).allMatch(c -> c.tolerated().isEmpty());
        assertThat(capset).isLessThan(index(path, c -> c.sys() == Sys.EXECVE));
    }

    private static long low(long word) {
        return word & 0xFFFF_FFFFL;
    }

    private static long dropped(List<Call> drops) {
        long bits = 0;
        for (Call drop : drops) {
            for (long i = drop.number(1); i <= drop.last(); i++) {
                bits |= 1L << i;
            }
        }
        return bits;
    }

    /** Root has what is permitted; who is not root would lose it at the exec. */
    @Property(tries = TRIES)
    void onlyWhoIsNotRootGetsAmbientCapabilities(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int capset = lastIndex(path, c -> c.sys() == Sys.CAPSET);
        long raised = 0;
        for (Call call : path.subList(capset, path.size())) {
            if (prctl(call, PR_CAP_AMBIENT)) {
                assertThat(call.number(1)).isEqualTo(PR_CAP_AMBIENT_RAISE);
                raised |= 1L << call.number(2);
            }
        }
        boolean root = sandbox.site().runAs().uid() == 0;
        assertThat(raised).isEqualTo(root ? 0 : sandbox.site().walls().capabilities());
    }

    /** Dropping it takes CAP_SETPCAP, which goes with uid 0. */
    @Property(tries = TRIES)
    void theBoundingSetGoesBeforeTheUser(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int bounding = lastIndex(path, PrivilegeProperties::boundingDrop);
        // Where all are kept there is nothing to drop.
        assertThat(bounding).isLessThan(index(path, c -> c.sys() == Sys.SETRESUID));
    }

    /** Groups, then the group, then the user: after setresuid(2) the others would be refused. */
    @Property(tries = TRIES)
    void groupsGoBeforeTheUser(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int user = lastIndex(path, c -> c.sys() == Sys.SETRESUID);
        assertThat(path.get(user - 1).sys()).isEqualTo(Sys.SETRESGID);
        assertThat(path.get(user - 2).sys() == Sys.SETGROUPS)
                .isEqualTo(sandbox.site().identity().mayFixGroups());
        if (sandbox.site().identity().mayFixGroups()) {
            List<Integer> groups = sandbox.site().runAs().groups();
            Call setgroups = path.get(user - 2);
            assertThat(setgroups.number(0)).isEqualTo(groups.size());
            IntBuffer given =
                    ByteBuffer.wrap(setgroups.bytes(1, groups.size() * Integer.BYTES))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asIntBuffer();
            groups.forEach(group -> assertThat(given.get()).isEqualTo(group));
        }
    }

    @Property(tries = TRIES)
    void theCommandIsTheUserThatWasAsked(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        Site.RunAs user = sandbox.site().runAs();
        long uid = Integer.toUnsignedLong(user.uid());
        long gid = Integer.toUnsignedLong(user.gid());
        assertThat(path.get(lastIndex(path, c -> c.sys() == Sys.SETRESUID)).arguments())
                .startsWith(uid, uid, uid);
        assertThat(path.get(lastIndex(path, c -> c.sys() == Sys.SETRESGID)).arguments())
                .startsWith(gid, gid, gid);
    }

    /** The working directory is entered as the user, who may or may not be allowed to. */
    @Property(tries = TRIES)
    void nothingOfTheSandboxIsWalkedWithPrivilegeAfterTheRootIsLeft(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int capset = lastIndex(path, c -> c.sys() == Sys.CAPSET);
        int chdir = lastIndex(path, c -> c.sys() == Sys.CHDIR);
        String directory =
                sandbox.command().workingDirectory().or(sandbox.spec()::workdir).orElse("/");
        assertThat(chdir).isGreaterThan(capset);
        assertThat(path.get(chdir).string(0)).isEqualTo(directory);
    }

    /**
     * /proc/1 of the sandbox would show the init's memory and descriptors to whoever has its user
     * id.
     */
    @Property(tries = TRIES)
    void theInitIsInvisibleBeforeTheCommandIsThere(@ForAll Case sandbox) {
        if (sandbox.spec().init()) {
            List<Call> setup = sandbox.setup();
            int last = lastIndex(setup, c -> prctl(c, PR_SET_DUMPABLE));
            assertThat(last).isNotNegative();
            assertThat(setup.get(last).number(1)).isZero();
            assertThat(setup.subList(last, setup.size()))
                    .noneMatch(c -> IDENTITY.contains(c.sys()));
        }
    }

    /** It would flip the dumpable flag of the memory the child shares with the JVM. */
    @Property(tries = TRIES)
    void theEntryChangesNoUser(@ForAll Case sandbox) {
        assertThat(sandbox.entry())
                .noneMatch(c ->
                        EnumSet.of(Sys.SETRESUID, Sys.SETRESGID, Sys.SETGROUPS).contains(c.sys()))
                .noneMatch(c -> prctl(c, PR_SET_DUMPABLE));
        assertThat(sandbox.entry().getLast().sys()).isEqualTo(Sys.EXECVEAT);
        assertThat(sandbox.entry()).filteredOn(c -> c.sys() == Sys.EXECVEAT).hasSize(1);
    }

    @Property(tries = TRIES)
    void withAUserNamespaceTheIdMapsAreWaitedForFirst(@ForAll Case sandbox) {
        List<Call> init = sandbox.init();
        int wait = index(init, c -> c.sys() == Sys.READ);
        Set<Sys> harmless =
                EnumSet.of(
                        Sys.CLOCK_GETTIME,
                        Sys.SETSID,
                        Sys.UMASK,
                        Sys.KEYCTL,
                        Sys.OPENAT,
                        Sys.WRITE,
                        Sys.PPOLL,
                        Sys.PRCTL);
        if (sandbox.site().identity().userNamespace()) {
            Call read = init.get(wait);
            assertThat(read.binding(0)).contains(Bindings.LIFELINE);
            assertThat(init.subList(0, wait)).allMatch(c -> harmless.contains(c.sys()));
            assertThat(init.subList(0, wait))
                    .filteredOn(c -> c.sys() == Sys.OPENAT)
                    .allMatch(c -> c.string(1).equals("/proc/self/oom_score_adj"));
            // Without a pid namespace the command, which is not there yet, would be killed first.
            assertThat(init.get(read.onZero()).sys())
                    .as("the JVM is gone")
                    .isIn(Sys.EXIT_GROUP, Sys.KILL);
            long uid = sandbox.site().identity().setupUid();
            Call become = init.get(index(init, c -> c.sys() == Sys.SETRESUID));
            assertThat(become.arguments()).startsWith(uid, uid, uid);
            assertThat(become.index()).isLessThan(index(init, c -> isSettingUp(c)) & 0x7FFFFFFF);
        } else if (sandbox.spec().init()) {
            assertThat(sandbox.setup()).noneMatch(c -> c.sys() == Sys.READ);
        }
    }
}
