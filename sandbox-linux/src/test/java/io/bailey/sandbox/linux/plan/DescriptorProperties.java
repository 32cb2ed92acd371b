package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.program.Argument;
import io.bailey.sandbox.linux.program.Binding;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.program.Operation;
import io.bailey.sandbox.linux.program.SyscallProgram;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which descriptors live on, from the JVM to the init to the command. */
@Domain(Cases.class)
@Domain(DomainContext.Global.class)
class DescriptorProperties {
    private static final int TRIES = 300;
    private static final long NO_LIMIT = 0xFFFF_FFFFL;
    private static final long CLOSE_RANGE_CLOEXEC = 4;

    /** Numbers made of the two kept descriptors; not descriptors of the JVM. */
    private static final Set<Binding> DERIVED =
            Set.of(
                    Bindings.LIFELINE_POLL,
                    Bindings.SIGNALS,
                    Bindings.SIGNALS_POLL,
                    Bindings.RULESET,
                    Bindings.PLACE,
                    Bindings.LISTENER,
                    Bindings.BELOW_KEPT,
                    Bindings.GAP_FIRST,
                    Bindings.GAP_LAST,
                    Bindings.ABOVE_KEPT);

    private static Set<Binding> bound(SyscallProgram program) {
        return program.operations().stream()
                .map(Operation::arguments)
                .flatMap(List::stream)
                .filter(Argument.Bound.class::isInstance)
                .map(argument -> ((Argument.Bound) argument).binding())
                .collect(Collectors.toSet());
    }

    /** What the entry takes close-on-exec off, after having put it on all. */
    private static List<Binding> handedOver(Case sandbox) {
        List<Binding> kept = new ArrayList<>();
        for (Call call : sandbox.entry()) {
            if (call.sys() == Sys.FCNTL) {
                assertThat(call.arguments().subList(1, 3))
                        .containsExactly((long) Linux.F_SETFD, 0L);
                kept.add(call.binding(0).orElseThrow());
            }
        }
        return kept;
    }

    @Property(tries = TRIES)
    void theInitUsesNothingThatWasNotHandedOver(@ForAll Case sandbox) {
        List<Binding> kept = handedOver(sandbox);
        assertThat(kept).doesNotHaveDuplicates();
        Set<Binding> used = bound(sandbox.blueprint().init());
        used.removeAll(DERIVED);
        assertThat(kept).containsAll(used);
    }

    /**
     * And nothing is handed over in vain: a tree of the host that nobody asked for would stay open.
     */
    @Property(tries = TRIES)
    void whatIsHandedOverIsUsed(@ForAll Case sandbox) {
        Set<Binding> used = bound(sandbox.blueprint().init());
        used.add(Bindings.STATUS); // by the interpreter itself, for an error record
        used.add(Bindings.LIFELINE); // held without a word by an init that is the command
        assertThat(used).containsAll(handedOver(sandbox));
    }

    @Property(tries = TRIES)
    void everythingElseOfTheJvmClosesAtTheExec(@ForAll Case sandbox) {
        List<Call> entry = sandbox.entry();
        int close = index(entry, c -> c.sys() == Sys.CLOSE_RANGE);
        assertThat(entry.get(close).arguments()).startsWith(3L, NO_LIMIT, CLOSE_RANGE_CLOEXEC);
        assertThat(index(entry, c -> c.sys() == Sys.FCNTL)).isGreaterThan(close);
        assertThat(entry.subList(0, close)).allMatch(c -> c.sys() == Sys.WRITE);
    }

    @Property(tries = TRIES)
    void theChildJoinsItsCgroupsBeforeAnythingElse(@ForAll Case sandbox) {
        int groups = sandbox.site().cgroupFds();
        for (int i = 0; i < groups; i++) {
            Call write = sandbox.entry().get(i);
            assertThat(write.sys()).isEqualTo(Sys.WRITE);
            assertThat(write.binding(0)).contains(Bindings.cgroup(i));
            assertThat(write.string(1)).as("0: the writer itself").isEqualTo("0");
            assertThat(write.tolerated()).isEmpty();
        }
        assertThat(sandbox.entry()).filteredOn(c -> c.sys() == Sys.WRITE).hasSize(groups);
    }

    @Property(tries = TRIES)
    void nothingButExecFollowsTheLastCloseRange(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int close = lastIndex(path, c -> c.sys() == Sys.CLOSE_RANGE);
        assertThat(path.get(close).arguments()).startsWith(3L, NO_LIMIT, CLOSE_RANGE_CLOEXEC);
        assertThat(path.get(close).tolerated()).isEmpty();
        List<Call> rest = new ArrayList<>(path.subList(close + 1, path.size()));
        if (!sandbox.spec().init()) {
            // Where a jump leads when the JVM is gone; exec before it tolerates nothing.
            assertThat(rest.removeLast().sys()).isEqualTo(Sys.EXIT_GROUP);
        }
        assertThat(rest)
                .isNotEmpty()
                .allMatch(c -> c.sys() == Sys.SECCOMP || c.sys() == Sys.EXECVE || isLook(c))
                .anyMatch(c -> c.sys() == Sys.EXECVE);
        assertThat(rest.getLast().tolerated()).isEmpty();
    }

    /** Closed by the exec, if one succeeds after all. */
    private static boolean isLook(Call call) {
        return call.sys() == Sys.OPENAT && call.toString().contains("O_PATH|O_CLOEXEC");
    }

    /** Closing one would look like the end of the JVM, or of the sandbox. */
    @Property(tries = TRIES)
    void theLifelineAndTheStatusStayOpenInTheInit(
            @ForAll Case sandbox,
            @ForAll @IntRange(min = 3, max = 12) int status,
            @ForAll @IntRange(min = 3, max = 12) int lifeline) {
        if (status == lifeline) {
            return;
        }
        Set<Binding> kept = Set.of(Bindings.STATUS, Bindings.LIFELINE);
        assertThat(sandbox.init())
                .filteredOn(c -> c.sys() == Sys.CLOSE || c.sys() == Sys.DUP3)
                .noneMatch(c -> c.binding(0).filter(kept::contains).isPresent());
        List<Integer> closed = new ArrayList<>();
        for (Call call : sandbox.setup()) {
            if (call.sys() == Sys.CLOSE_RANGE && call.number(2) == 0) {
                long from = edge(call, 0, status, lifeline);
                long to = edge(call, 1, status, lifeline);
                assertThat(call.tolerated()).as("an empty range").contains(22);
                for (int fd = 0; fd < 20; fd++) {
                    if (fd >= from && fd <= to) {
                        closed.add(fd);
                    }
                }
            }
        }
        List<Integer> all = new ArrayList<>();
        for (int fd = 3; fd < 20; fd++) {
            if (fd != status && fd != lifeline) {
                all.add(fd);
            }
        }
        assertThat(closed).isEqualTo(all);
    }

    /** As the launcher fills them in. */
    private static long edge(Call call, int argument, int status, int lifeline) {
        long low = Math.min(status, lifeline);
        long high = Math.max(status, lifeline);
        Binding binding = call.binding(argument).orElse(null);
        if (Bindings.BELOW_KEPT.equals(binding)) {
            return low - 1;
        }
        if (Bindings.GAP_FIRST.equals(binding)) {
            return low + 1;
        }
        if (Bindings.GAP_LAST.equals(binding)) {
            return high - 1;
        }
        return Bindings.ABOVE_KEPT.equals(binding) ? high + 1 : call.number(argument);
    }

    /** The watcher keeps 0 to 2 open no longer than it must: a reader waits for their end. */
    @Property(tries = TRIES)
    void theInitLetsGoOfTheStreams(@ForAll Case sandbox) {
        if (sandbox.spec().init()) {
            List<Call> watcher = sandbox.watcher();
            int close = index(watcher, c -> c.sys() == Sys.CLOSE_RANGE);
            assertThat(watcher.get(close).arguments()).startsWith(0L, 2L, 0L);
            assertThat(index(watcher, c -> c.sys() == Sys.PPOLL)).isGreaterThan(close);
        }
    }
}
