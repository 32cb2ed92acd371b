package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;
import static io.bailey.sandbox.linux.plan.Case.prctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Decoded;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** On the way of a further command into a sandbox whose inmates are enemies. */
@Domain(Cases.class)
class EnterProperties {
    private static final int TRIES = 300;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_CAPBSET_DROP = 24;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_PDEATHSIG = 1;
    private static final long CLONE_NEWPID = 0x20000000;
    private static final long CLONE_NEWTIME = 0x80;
    private static final long CLONE_NEWUSER = 0x10000000;
    private static final long ALL = 0x7E020080L;
    private static final long NO_LIMIT = 0xFFFFFFFFL;

    private static final Set<Sys> BY_PATH =
            EnumSet.of(
                    Sys.OPENAT,
                    Sys.OPENAT2,
                    Sys.OPEN_TREE,
                    Sys.MOUNT,
                    Sys.EXECVE,
                    Sys.EXECVEAT,
                    Sys.MKDIRAT,
                    Sys.MKNODAT,
                    Sys.STATX);

    /** The plan to enter the sandbox of {@code host}. */
    private record Entering(Case host, Blueprint blueprint, List<Call> entry, List<Call> watcher) {

        static Entering of(Case host) {
            Blueprint blueprint = Planner.enter(host.spec(), host.command(), host.site());
            return new Entering(
                    host,
                    blueprint,
                    Decoded.of(blueprint.entry()).calls(),
                    Decoded.of(blueprint.init()).calls());
        }

        int start() {
            return index(watcher, c -> c.sys() == Sys.CLONE3);
        }

        List<Call> setup() {
            return watcher.subList(0, start());
        }

        /** What the process that becomes the command carries out. */
        List<Call> path() {
            int child = watcher.get(start()).onZero();
            return IntStream.range(0, watcher.size())
                    .filter(i -> i <= start() || i >= child)
                    .mapToObj(watcher::get)
                    .toList();
        }

        List<Call> child() {
            return watcher.subList(watcher.get(start()).onZero(), watcher.size());
        }

        boolean has(Namespace namespace) {
            return host.spec().namespaces().contains(namespace);
        }
    }

    private static boolean invisible(Call call) {
        return prctl(call, PR_SET_DUMPABLE) && call.number(1) == 0;
    }

    /** CVE-2016-9962. */
    @Property(tries = TRIES)
    void theWatcherIsInvisibleBeforeItJoinsAnything(@ForAll Case sandbox) {
        List<Call> setup = Entering.of(sandbox).setup();
        int hidden = index(setup, EnterProperties::invisible);
        assertThat(hidden).isNotNegative();
        assertThat(setup.get(hidden).tolerated()).isEmpty();
        assertThat(setup.subList(0, hidden)).noneMatch(c -> c.sys() == Sys.SETNS);
        assertThat(setup).noneMatch(c -> prctl(c, PR_SET_DUMPABLE) && c.number(1) != 0);
    }

    /** A change of user may make it visible again: it hides anew before the command is born. */
    @Property(tries = TRIES)
    void andStaysInvisibleUntilTheExec(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        for (List<Call> part : List.of(entering.setup(), entering.child())) {
            int hidden = lastIndex(part, EnterProperties::invisible);
            assertThat(hidden).isNotNegative();
            assertThat(part.subList(hidden, part.size()))
                    .noneMatch(c ->
                            EnumSet.of(Sys.SETRESUID, Sys.SETRESGID, Sys.SETGROUPS, Sys.CAPSET)
                                    .contains(c.sys()));
        }
    }

    @Property(tries = TRIES)
    void itJoinsWhatTheSandboxHasAndOfThePidNamespaceOnlyTheCommandIs(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        List<Call> joins = entering.setup().stream().filter(c -> c.sys() == Sys.SETNS).toList();
        long joined = joins.stream().mapToLong(c -> c.number(1)).reduce(0, (a, b) -> a | b);
        long wanted = 0;
        for (Namespace namespace : sandbox.spec().namespaces()) {
            wanted |=
                    switch (namespace) {
                        case USER -> CLONE_NEWUSER;
                        case PID -> CLONE_NEWPID;
                        case MOUNT -> 0x00020000;
                        case NETWORK -> 0x40000000;
                        case UTS -> 0x04000000;
                        case IPC -> 0x08000000;
                        case CGROUP -> 0x02000000;
                        case TIME -> CLONE_NEWTIME;
                    };
        }
        assertThat(joined).isEqualTo(wanted).isEqualTo(joined & ALL);
        assertThat(joins).allMatch(c -> c.tolerated().isEmpty() && c.number(1) != 0);
        // Who joins a pid namespace is not in it: its children are (setns(2)).
        assertThat(entering.setup()).noneMatch(c -> c.sys() == Sys.CLONE3);
        if (entering.has(Namespace.USER)) {
            assertThat(joins.getFirst().number(1) & CLONE_NEWUSER).isNotZero();
        }
        for (Call join : joins) {
            assertThat(join.binding(0))
                    .contains(
                            join.number(1) == CLONE_NEWTIME
                                    ? Bindings.TIME_NAMESPACE
                                    : Bindings.FIRST_PROCESS);
        }
        assertThat(entering.blueprint().cloneFlags().bits() & ALL).as("makes none").isZero();
    }

    /** The mounts are the enemy's: what is opened there by a name may be anything. */
    @Property(tries = TRIES)
    void itOpensNothingInsideWhileItHasPrivileges(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        List<Call> path = entering.path();
        int joined = index(path, c -> c.sys() == Sys.SETNS);
        int powerless = lastIndex(path, c -> c.sys() == Sys.CAPSET);
        assertThat(powerless).isGreaterThan(entering.start());
        assertThat(path.subList(Math.max(0, joined), powerless))
                .noneMatch(c -> joined >= 0 && BY_PATH.contains(c.sys()));
        boolean chroot =
                sandbox.site().root().isPresent()
                        && sandbox.spec().rootChange() == RootChange.CHROOT;
        List<Call> changes =
                entering.setup().stream()
                        .filter(c ->
                                EnumSet.of(Sys.CHDIR, Sys.FCHDIR, Sys.CHROOT).contains(c.sys()))
                        .toList();
        assertThat(changes).hasSize(chroot ? 3 : 0);
        if (chroot) {
            assertThat(changes.get(0).binding(0)).contains(Bindings.ENTERED_ROOT);
            assertThat(changes.get(1).string(0)).isEqualTo(".");
            assertThat(changes.get(2).string(0)).isEqualTo("/");
        }
    }

    /** A user namespace that is joined brings a full bounding set along. */
    @Property(tries = TRIES)
    void capabilitiesGoFromAllFiveSetsAfterTheLastJoin(@ForAll Case sandbox) {
        List<Call> path = Entering.of(sandbox).path();
        int joined = lastIndex(path, c -> c.sys() == Sys.SETNS);
        assertThat(path.subList(0, joined + 1)).noneMatch(c -> prctl(c, PR_CAPBSET_DROP));
        PrivilegeProperties.assertOnlyWhatIsGiven(path, sandbox.site());
        int capset = lastIndex(path, c -> c.sys() == Sys.CAPSET);
        int noNewPrivs = index(path, c -> prctl(c, PR_SET_NO_NEW_PRIVS) && c.number(1) == 1);
        assertThat(noNewPrivs).isGreaterThan(capset);
        assertThat(index(path, c -> c.sys() == Sys.EXECVE)).isGreaterThan(noNewPrivs);
    }

    /** Whatever was tried by way of groups or ids that only the namespace knows. */
    @Property(tries = TRIES)
    void itBecomesTheSandboxsRootOnlyInside(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        List<Call> setup = entering.setup();
        int become = index(setup, c -> c.sys() == Sys.SETRESUID);
        if (sandbox.site().identity().userNamespace()) {
            assertThat(become).isGreaterThan(lastIndex(setup, c -> c.sys() == Sys.SETNS));
            assertThat(setup.get(become).number(0)).isEqualTo(sandbox.site().identity().setupUid());
        } else {
            assertThat(become).isNegative();
        }
        assertThat(entering.entry())
                .noneMatch(c ->
                        EnumSet.of(Sys.SETRESUID, Sys.SETRESGID, Sys.SETGROUPS, Sys.CAPSET)
                                .contains(c.sys()));
    }

    @Property(tries = TRIES)
    void whatIsHandedOverIsUsedAndClosedBeforeTheCommandIsBorn(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        List<Binding> handed =
                entering.entry().stream()
                        .filter(c -> c.sys() == Sys.FCNTL)
                        .map(c -> c.binding(0).orElseThrow())
                        .toList();
        Set<Binding> used = new HashSet<>();
        entering.setup()
                .forEach(c -> {
                    for (int i = 0; i < 2; i++) {
                        c.binding(i).ifPresent(used::add);
                    }
                });
        List<Binding> needed = new ArrayList<>(handed);
        needed.removeAll(List.of(Bindings.STATUS, Bindings.LIFELINE));
        assertThat(used).containsAll(needed);
        List<Call> setup = entering.setup();
        int dup = lastIndex(setup, c -> c.sys() == Sys.DUP3);
        assertThat(setup.subList(dup + 1, setup.size()))
                .filteredOn(c -> c.sys() == Sys.CLOSE_RANGE)
                .hasSize(3);
        assertThat(setup.subList(dup + 1, setup.size())).noneMatch(c -> c.sys() == Sys.SETNS);
        List<Call> child = entering.child();
        Call close = child.get(lastIndex(child, c -> c.sys() == Sys.CLOSE_RANGE));
        assertThat(close.arguments()).startsWith(3L, NO_LIMIT, 4L);
    }

    /** The change of user clears it. */
    @Property(tries = TRIES)
    void theCommandDiesWithItsWatcher(@ForAll Case sandbox) {
        List<Call> child = Entering.of(sandbox).child();
        int death = index(child, c -> prctl(c, PR_SET_PDEATHSIG) && c.number(1) == 9);
        assertThat(death).isGreaterThan(lastIndex(child, c -> c.sys() == Sys.SETRESUID));
    }

    /** The JVM is gone, or has given up: nothing else would end the command. */
    @Property(tries = TRIES)
    void theWatcherKillsItsCommandBeforeItEnds(@ForAll Case sandbox) {
        Entering entering = Entering.of(sandbox);
        List<Call> watcher = entering.watcher();
        List<Call> heeds =
                watcher.stream()
                        .filter(c -> c.sys() == Sys.READ)
                        .filter(c -> c.binding(0).filter(Bindings.LIFELINE::equals).isPresent())
                        .toList();
        assertThat(heeds).isNotEmpty();
        for (Call heed : heeds) {
            Call kill = watcher.get(heed.onZero());
            assertThat(kill.sys()).isEqualTo(Sys.KILL);
            assertThat(kill.number(1)).isEqualTo(9);
            assertThat(kill.variable(0)).contains((long) watcher.get(entering.start()).store());
            Call reap = watcher.get(heed.onZero() + 1);
            assertThat(reap.sys()).isEqualTo(Sys.WAIT4);
            assertThat(reap.variable(0)).isEqualTo(kill.variable(0));
            assertThat(watcher.get(heed.onZero() + 2).sys()).isEqualTo(Sys.EXIT_GROUP);
        }
    }
}
