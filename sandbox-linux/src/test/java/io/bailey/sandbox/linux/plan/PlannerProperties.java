package io.bailey.sandbox.linux.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What holds for every plan as a program. */
@Domain(Cases.class)
class PlannerProperties {
    private static final int TRIES = 300;
    private static final Pattern GOTO = Pattern.compile("goto (\\d+)");

    @Property(tries = TRIES)
    void equalArgumentsGiveEqualListings(@ForAll Case sandbox) {
        Blueprint again = Planner.compile(sandbox.spec(), sandbox.command(), sandbox.site());
        assertThat(Planner.explain(again, sandbox.site()))
                .isEqualTo(Planner.explain(sandbox.blueprint(), sandbox.site()));
        assertThat(again.cloneFlags()).isEqualTo(sandbox.blueprint().cloneFlags());
    }

    @Property(tries = TRIES)
    void everyJumpLeadsToAnOperation(@ForAll Case sandbox) {
        for (List<Call> program : List.of(sandbox.entry(), sandbox.init())) {
            for (Call call : program) {
                assertThat(call.onZero()).isLessThan(program.size());
                assertThat(call.onTolerated()).isLessThan(program.size());
            }
        }
        Matcher targets = GOTO.matcher(sandbox.blueprint().init().explain());
        while (targets.find()) {
            assertThat(Integer.parseInt(targets.group(1))).isBetween(1, sandbox.init().size() - 1);
        }
    }

    /** No operation is dead. */
    @Property(tries = TRIES)
    void everyOperationIsReached(@ForAll Case sandbox) {
        Set<Integer> reached = new HashSet<>();
        ArrayDeque<Integer> todo = new ArrayDeque<>(List.of(0));
        while (!todo.isEmpty()) {
            int at = todo.removeFirst();
            if (at < sandbox.init().size() && reached.add(at)) {
                Call call = sandbox.init().get(at);
                if (call.sys() != Sys.EXIT_GROUP && !endsInExec(call)) {
                    todo.add(at + 1);
                }
                todo.add(call.onZero());
                todo.add(call.onTolerated());
            }
        }
        assertThat(reached).hasSize(sandbox.init().size());
    }

    private static boolean endsInExec(Call call) {
        return call.sys() == Sys.EXECVE && call.tolerated().isEmpty();
    }

    @Property(tries = TRIES)
    void errorsAreToleratedOnlyWhereTheyMeanSomething(@ForAll Case sandbox) {
        Set<Sys> tolerant =
                EnumSet.of(
                        Sys.KEYCTL,
                        Sys.MKDIRAT,
                        Sys.MKNODAT,
                        Sys.OPENAT,
                        Sys.OPENAT2,
                        Sys.CLOSE_RANGE,
                        Sys.RT_SIGACTION,
                        Sys.EXECVE,
                        Sys.PPOLL,
                        Sys.READ,
                        Sys.WRITE,
                        Sys.WAIT4,
                        Sys.WAITID,
                        Sys.IOCTL,
                        Sys.LANDLOCK_ADD_RULE,
                        Sys.KILL);
        assertThat(sandbox.entry()).allMatch(c -> c.tolerated().isEmpty());
        assertThat(sandbox.init())
                .filteredOn(c -> !c.tolerated().isEmpty())
                .allMatch(c -> tolerant.contains(c.sys()));
    }

    @Property(tries = TRIES)
    void theCommandsFirstFileIsTheOneAsked(@ForAll Case sandbox) {
        String file = sandbox.command().arguments().getFirst();
        List<Call> execs = sandbox.path().stream().filter(c -> c.sys() == Sys.EXECVE).toList();
        assertThat(execs).isNotEmpty().allMatch(c -> c.string(0).endsWith(file));
        if (file.contains("/")) {
            assertThat(execs).map(c -> c.string(0)).containsOnly(file);
        }
    }

    /** cgroup and time namespaces are made later: see {@link CloneFlags}. */
    @Property(tries = TRIES)
    void everyNamespaceIsMadeOnceByCloneOrByTheInit(@ForAll Case sandbox) {
        long bits = sandbox.blueprint().cloneFlags().bits();
        for (Call call : sandbox.init()) {
            if (call.sys() == Sys.UNSHARE) {
                assertThat(bits & call.number(0)).isZero();
                bits |= call.number(0);
            }
            // A mount namespace made anew.
            if (call.sys() == Sys.SETNS) {
                assertThat(sandbox.site().freshMounts()).isTrue();
                assertThat(bits & call.number(1)).isZero();
                bits |= call.number(1);
            }
        }
        long expected = 0x100 | 0x4000 | 0x1000 | 0x100000000L; // VM, VFORK, PIDFD, CLEAR_SIGHAND
        if (sandbox.site().cgroupDirectory()) {
            expected |= 0x200000000L;
        }
        for (var namespace : sandbox.spec().namespaces()) {
            expected |=
                    switch (namespace) {
                        case TIME -> 0x00000080L;
                        case MOUNT -> 0x00020000L;
                        case CGROUP -> 0x02000000L;
                        case UTS -> 0x04000000L;
                        case IPC -> 0x08000000L;
                        case USER -> 0x10000000L;
                        case PID -> 0x20000000L;
                        case NETWORK -> 0x40000000L;
                    };
        }
        assertThat(bits).isEqualTo(expected);
    }
}
