package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;
import static io.bailey.sandbox.linux.plan.Case.prctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

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

    private static final Set<Sys> IDENTITY =
            EnumSet.of(Sys.SETRESUID, Sys.SETRESGID, Sys.SETGROUPS, Sys.CAPSET);

    private static boolean noNewPrivs(Call call) {
        return prctl(call, PR_SET_NO_NEW_PRIVS) && call.number(1) == 1;
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
                .noneMatch(c -> SETTING_UP.contains(c.sys()) || IDENTITY.contains(c.sys()));
        assertThat(index(path, c -> c.sys() == Sys.EXECVE)).isGreaterThan(at);
        assertThat(path.get(at).tolerated()).isEmpty();
    }

    /** All but the bounding set, which only limits what an exec may add. */
    @Property(tries = TRIES)
    void capabilitiesGoAfterTheLastMountAndNamespace(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int lastSetUp = lastIndex(path, c -> SETTING_UP.contains(c.sys()));
        assertThat(path.subList(0, lastSetUp + 1))
                .noneMatch(c -> c.sys() == Sys.CAPSET || prctl(c, PR_CAP_AMBIENT));
        assertThat(index(path, c -> c.sys() == Sys.CAPSET)).isGreaterThan(lastSetUp);
    }

    /** Bounding; permitted, effective and inheritable; ambient. None may fail unnoticed. */
    @Property(tries = TRIES)
    void capabilitiesGoFromAllFiveSets(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        Call bounding = path.get(index(path, PrivilegeProperties::boundingDrop));
        assertThat(bounding.number(1)).isZero();
        assertThat(bounding.repeat()).as("counts argument 1").isEqualTo(2);
        assertThat(bounding.last()).isEqualTo(sandbox.site().lastCapability());
        Call ambient = path.get(index(path, c -> prctl(c, PR_CAP_AMBIENT)));
        assertThat(ambient.arguments().subList(1, 5))
                .containsExactly((long) PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);
        Call capset = path.get(lastIndex(path, c -> c.sys() == Sys.CAPSET));
        assertThat(capset.word(0, 0)).as("version 3, this process").isEqualTo(0x20080522);
        assertThat(capset.bytes(1, 24)).containsOnly(0);
        assertThat(List.of(bounding, ambient, capset)).allMatch(c -> c.tolerated().isEmpty());
        assertThat(path.indexOf(capset)).isLessThan(index(path, c -> c.sys() == Sys.EXECVE));
    }

    /** Dropping it takes CAP_SETPCAP, which goes with uid 0. */
    @Property(tries = TRIES)
    void theBoundingSetGoesBeforeTheUser(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int bounding = index(path, PrivilegeProperties::boundingDrop);
        assertThat(bounding).isBetween(0, index(path, c -> c.sys() == Sys.SETRESUID));
        assertThat(path).filteredOn(PrivilegeProperties::boundingDrop).hasSize(1);
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
            assertThat(become.index())
                    .isLessThan(index(init, c -> SETTING_UP.contains(c.sys())) & 0x7FFFFFFF);
        } else if (sandbox.spec().init()) {
            assertThat(sandbox.setup()).noneMatch(c -> c.sys() == Sys.READ);
        }
    }
}
