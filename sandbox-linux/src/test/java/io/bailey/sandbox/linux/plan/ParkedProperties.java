package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;
import static io.bailey.sandbox.linux.plan.Case.prctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.linux.program.Decoded;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.program.Operation;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A plan that waits for its command is the plan with one, cut in two. */
@Domain(Cases.class)
@Domain(DomainContext.Global.class)
class ParkedProperties {
    private static final int TRIES = 200;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int PR_SET_PDEATHSIG = 1;

    private static Parked park(Case sandbox, boolean filtered) {
        // Those with one are not served.
        Assume.that(sandbox.command().terminal().isEmpty());
        return Planner.park(sandbox.spec(), sandbox.site(), new Parked.Kind(filtered, false));
    }

    private static List<String> lines(List<Operation> operations, Set<Sys> without) {
        return operations.stream()
                .filter(o -> !without.contains(o.sys()))
                .map(o -> o.sys() + " " + o.arguments() + " " + o.step() + " " + o.object())
                .sorted()
                .toList();
    }

    /** All it does besides is to say that it waits, and to wait. */
    @Property(tries = TRIES)
    void nothingIsLeftOutAndNothingAdded(@ForAll Case sandbox, @ForAll boolean filtered) {
        Parked parked = park(sandbox, filtered);
        Set<Sys> waiting = EnumSet.of(Sys.PPOLL, Sys.READ, Sys.WRITE, Sys.RT_SIGPROCMASK);
        assertThat(lines(parked.with(sandbox.command()).init().operations(), waiting))
                .isEqualTo(lines(sandbox.blueprint().init().operations(), waiting));
        assertThat(parked.blueprint().entry().explain())
                .isEqualTo(sandbox.blueprint().entry().explain());
        assertThat(parked.blueprint().cloneFlags()).isEqualTo(sandbox.blueprint().cloneFlags());
    }

    @Property(tries = TRIES)
    void theHeadIsTheSameForEveryCommand(@ForAll Case sandbox, @ForAll boolean filtered) {
        Parked parked = park(sandbox, filtered);
        List<Operation> head = parked.blueprint().init().operations();
        for (Command command : List.of(sandbox.command(), Command.of("/bin/other", "thing"))) {
            assertThat(parked.with(command).init().operations().subList(0, head.size()))
                    .isEqualTo(head);
        }
    }

    /**
     * Nobody waits with more than the command will have, but for a filter that would not let it.
     */
    @Property(tries = TRIES)
    void itWaitsConfined(@ForAll Case sandbox, @ForAll boolean filtered) {
        List<Call> calls = Decoded.of(park(sandbox, filtered).blueprint().init()).calls();
        int wait = calls.size() - 2;
        assertThat(calls.get(wait).sys()).isEqualTo(Sys.PPOLL);
        assertThat(lastIndex(calls, c -> c.sys() == Sys.SETRESUID)).isLessThan(wait);
        assertThat(lastIndex(calls, c -> c.sys() == Sys.CAPSET)).isLessThan(wait);
        assertThat(index(calls, c -> prctl(c, PR_SET_NO_NEW_PRIVS))).isBetween(0, wait);
        assertThat(index(calls, c -> prctl(c, PR_SET_PDEATHSIG))).isBetween(0, wait);
        assertThat(index(calls, c -> c.sys() == Sys.SECCOMP) >= 0)
                .isEqualTo(filtered && sandbox.site().walls().seccomp().isPresent());
    }

    /** The end of the lifeline is the end of who waits. */
    @Property(tries = TRIES)
    void itEndsWithTheJvm(@ForAll Case sandbox, @ForAll boolean filtered) {
        List<Call> calls = Decoded.of(park(sandbox, filtered).blueprint().init()).calls();
        Call read = calls.getLast();
        assertThat(read.sys()).isEqualTo(Sys.READ);
        assertThat(read.binding(0)).contains(Bindings.LIFELINE);
        List<Call> end = calls.subList(read.onZero(), calls.size());
        Set<Sys> ending =
                EnumSet.of(
                        Sys.KILL,
                        Sys.WAIT4,
                        Sys.PIDFD_SEND_SIGNAL,
                        Sys.RT_SIGPROCMASK,
                        Sys.EXIT_GROUP);
        int exit = index(end, c -> c.sys() == Sys.EXIT_GROUP);
        assertThat(end.subList(0, exit + 1)).allMatch(c -> ending.contains(c.sys()));
    }

    /** What comes after the filter must be allowed by it: {@code Filters.lettingWait}. */
    @Property(tries = TRIES, maxDiscardRatio = 50)
    void afterTheFilterItDoesOnlyWhatWasLookedFor(@ForAll Case sandbox, @ForAll boolean filtered) {
        List<Operation> all = park(sandbox, filtered).with(sandbox.command()).init().operations();
        int filter = -1;
        for (int i = 0; i < all.size(); i++) {
            filter = all.get(i).sys() == Sys.SECCOMP ? i : filter;
        }
        Assume.that(filter >= 0);
        Set<Sys> allowed =
                filtered
                        ? EnumSet.of(
                                Sys.WRITE, Sys.PPOLL, Sys.READ, Sys.CHDIR, Sys.EXECVE, Sys.OPENAT)
                        : EnumSet.of(Sys.EXECVE, Sys.OPENAT);
        assertThat(all.subList(filter + 1, all.size())).allMatch(o -> allowed.contains(o.sys()));
    }
}
