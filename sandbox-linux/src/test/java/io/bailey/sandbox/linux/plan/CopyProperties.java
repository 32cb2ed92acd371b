package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.plan.CopyStep.Place;
import io.bailey.sandbox.linux.plan.CopyStep.Time;
import io.bailey.sandbox.linux.program.Decoded;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What an agent does that copies into a sandbox whose inmates are enemies. */
@Domain(Cases.class)
class CopyProperties {
    private static final Time TIME = new Time(1, 2);
    private static final Set<Sys> WALKS =
            EnumSet.of(Sys.OPEN_TREE, Sys.MOUNT, Sys.STATX, Sys.EXECVE, Sys.EXECVEAT, Sys.CLONE3);

    private static Place at(String name) {
        return new Place("a/b", name, "/a/b/" + name);
    }

    private static List<Call> agent(Case host) {
        List<CopyStep> steps =
                List.of(
                        new CopyStep.MakeDirectory(new Place(".", "a", "/a"), 06755),
                        new CopyStep.MakeFile(at("file")),
                        new CopyStep.Fill(at("file"), Bindings.copied(0), 0, 1L << 30),
                        new CopyStep.FinishFile(at("file"), 1L << 30, 0644, TIME),
                        new CopyStep.MakeLink(at("link"), "/proc/self/fd/7", TIME),
                        new CopyStep.MakeName(at("name"), at("file")),
                        new CopyStep.MakeFifo(at("fifo"), 0600),
                        new CopyStep.SetTime(at("file"), TIME));
        Blueprint plan = Planner.copy(host.spec(), host.site(), steps, List.of(Bindings.copied(0)));
        return Decoded.of(plan.init()).calls();
    }

    @Property(tries = 100)
    void itExecutesNothingAndWalksNoPath(@ForAll Case host) {
        List<Call> calls = agent(host);
        assertThat(calls).noneMatch(call -> WALKS.contains(call.sys()));
        int first = index(calls, call -> call.sys() == Sys.OPENAT2);
        // Behind its own root, opened before the first step, there are only openat2 and names.
        assertThat(calls.subList(first, calls.size())).noneMatch(call -> call.sys() == Sys.OPENAT);
    }

    @Property(tries = 100)
    void itWritesWithFewCapabilities(@ForAll Case host) {
        List<Call> calls = agent(host);
        int few = index(calls, call -> call.sys() == Sys.CAPSET);
        assertThat(few).isNotNegative();
        assertThat(calls.subList(0, few))
                .noneMatch(call -> call.sys() == Sys.OPENAT2 || call.sys() == Sys.MKDIRAT);
        assertThat(calls.subList(few, calls.size()))
                .noneMatch(call -> call.sys() == Sys.SETNS || call.sys() == Sys.SETRESUID);
    }

    /** A name may be a link by the time a mode is set by it. */
    @Property(tries = 100)
    void itSetsNoModeByName(@ForAll Case host) {
        assertThat(agent(host)).noneMatch(call -> call.sys() == Sys.FCHMODAT);
    }
}
