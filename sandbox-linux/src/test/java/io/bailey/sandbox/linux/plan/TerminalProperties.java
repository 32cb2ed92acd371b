package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.linux.program.Decoded;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.FileCalls;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.sys.TerminalCalls;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.List;
import java.util.Set;

/** How a command comes by its terminal. */
@Domain(Cases.class)
class TerminalProperties {
    private static final int TRIES = 300;

    private static boolean ioctl(Call call, int request) {
        return call.sys() == Sys.IOCTL && call.number(1) == Integer.toUnsignedLong(request);
    }

    private static boolean opens(Call call) {
        return call.sys() == Sys.OPENAT2 && call.string(1).equals("/dev/pts/ptmx");
    }

    @Property(tries = TRIES)
    void onlyACommandThatWantsOneHasOne(@ForAll Case sandbox) {
        boolean wanted = sandbox.command().terminal().isPresent();
        assertThat(sandbox.init().stream().anyMatch(c -> ioctl(c, TerminalCalls.TIOCGPTPEER)))
                .isEqualTo(wanted);
        boolean own = wanted && sandbox.spec().namespaces().contains(Namespace.MOUNT);
        assertThat(sandbox.init().stream().filter(TerminalProperties::opens)).hasSize(own ? 1 : 0);
        assertThat(sandbox.init().stream().filter(c -> c.sys() == Sys.SENDMSG))
                .hasSize(own ? 1 : 0);
    }

    /** Who opens it owns it; and what lies at that path may be an enemy's. */
    @Property(tries = TRIES, maxDiscardRatio = 50)
    void itIsOpenedAsTheUserWithoutPrivilegesThroughNoLink(@ForAll Case sandbox) {
        Assume.that(sandbox.command().terminal().isPresent());
        for (List<Call> path : List.of(sandbox.path(), entering(sandbox))) {
            int opened = index(path, TerminalProperties::opens);
            int taken = index(path, c -> ioctl(c, TerminalCalls.TIOCGPTPEER));
            assertThat(taken).isGreaterThan(opened);
            assertThat(taken).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.SETRESUID));
            assertThat(taken).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.CAPSET));
            if (opened >= 0) {
                assertThat(opened).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.SETRESUID));
                assertThat(opened).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.CAPSET));
                assertThat(path.get(opened).word(2, 2))
                        .isEqualTo(FileCalls.RESOLVE_NO_SYMLINKS | FileCalls.RESOLVE_NO_MAGICLINKS);
            }
        }
    }

    /** Before any wall that could be in the way, after the session that it is to control. */
    @Property(tries = TRIES, maxDiscardRatio = 50)
    void itIsTheControllingOneOfASessionOfItsOwn(@ForAll Case sandbox) {
        Assume.that(sandbox.command().terminal().isPresent());
        List<Call> path = sandbox.path();
        int controls = index(path, c -> ioctl(c, TerminalCalls.TIOCSCTTY));
        assertThat(path.get(controls).number(0)).isZero();
        assertThat(path.get(controls).tolerated()).isEmpty();
        assertThat(controls).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.SETSID));
        Set<Sys> walls = Set.of(Sys.SECCOMP, Sys.LANDLOCK_CREATE_RULESET, Sys.EXECVE);
        assertThat(path.subList(0, controls)).noneMatch(c -> walls.contains(c.sys()));
    }

    private static List<Call> entering(Case sandbox) {
        Blueprint blueprint = Planner.enter(sandbox.spec(), sandbox.command(), sandbox.site());
        List<Call> watcher = Decoded.of(blueprint.init()).calls();
        return watcher.subList(
                watcher.get(index(watcher, c -> c.sys() == Sys.CLONE3)).onZero(), watcher.size());
    }
}
