package io.bailey.sandbox.linux.plan;

import static io.bailey.sandbox.linux.plan.Case.index;
import static io.bailey.sandbox.linux.plan.Case.lastIndex;
import static io.bailey.sandbox.linux.plan.Case.prctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.linux.program.Decoded.Call;
import io.bailey.sandbox.linux.sys.Sys;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Where the filter and Landlock stand on the way to the command. */
@Domain(Cases.class)
class WallProperties {
    private static final int TRIES = 300;
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int NEW_LISTENER = 8;
    private static final long CLONE_FILES = 0x400;
    private static final long RECV = 0xC0502100L;
    private static final int ABI_SCOPES = 6;

    private static int noNewPrivs(List<Call> path) {
        return index(path, c -> prctl(c, PR_SET_NO_NEW_PRIVS));
    }

    /** What comes after it must be allowed by every profile. */
    @Property(tries = TRIES)
    void theFilterIsTheLastThingBeforeTheExec(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int filter = index(path, c -> c.sys() == Sys.SECCOMP);
        assertThat(filter >= 0).isEqualTo(sandbox.site().walls().seccomp().isPresent());
        if (filter >= 0) {
            assertThat(filter).isGreaterThan(noNewPrivs(path));
            Set<Sys> rest = EnumSet.of(Sys.EXECVE, Sys.OPENAT, Sys.KILL, Sys.EXIT_GROUP);
            assertThat(path.subList(filter + 1, path.size())).allMatch(c -> rest.contains(c.sys()));
            assertThat(path.get(filter).tolerated()).isEmpty();
            assertThat(path.get(filter + 1).sys()).isEqualTo(Sys.EXECVE);
            assertThat(path).filteredOn(c -> c.sys() == Sys.SECCOMP).hasSize(1);
        }
    }

    @Property(tries = TRIES)
    void theFilterIsTheOneThatWasCompiled(@ForAll Case sandbox) {
        sandbox.site()
                .walls()
                .seccomp()
                .ifPresent(seccomp -> {
                    List<Call> path = sandbox.path();
                    Call call = path.get(index(path, c -> c.sys() == Sys.SECCOMP));
                    assertThat(call.word(2, 0)).isEqualTo(seccomp.filter().size());
                    boolean watched = seccomp.watch() != Walls.Watch.NOTHING;
                    assertThat(call.number(1)).isEqualTo(watched ? NEW_LISTENER : 0);
                });
    }

    /** Its rules are made without privilege, and hold from no_new_privs on. */
    @Property(tries = TRIES)
    void landlockIsPreparedAsTheUserAndEnforcedAfterNoNewPrivs(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int made = index(path, c -> c.sys() == Sys.LANDLOCK_CREATE_RULESET);
        int enforced = index(path, c -> c.sys() == Sys.LANDLOCK_RESTRICT_SELF);
        LandlockRules rules =
                LandlockRules.of(
                        sandbox.spec(), sandbox.site(), sandbox.command().terminal().isPresent());
        boolean wanted = sandbox.site().walls().landlockAbi().isPresent() && !rules.isEmpty();
        assertThat(made >= 0).isEqualTo(wanted);
        assertThat(enforced >= 0).isEqualTo(wanted);
        if (wanted) {
            assertThat(made).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.SETRESUID));
            assertThat(made).isGreaterThan(lastIndex(path, c -> c.sys() == Sys.CAPSET));
            assertThat(enforced).isGreaterThan(noNewPrivs(path));
            assertThat(enforced).isLessThan(index(path, c -> c.sys() == Sys.EXECVE));
            assertThat(path.get(enforced).tolerated()).isEmpty();
            assertThat(path)
                    .filteredOn(c -> c.sys() == Sys.LANDLOCK_ADD_RULE && c.tolerated().isEmpty())
                    .hasSize(rules.places().size());
        }
    }

    /** A struct or a bit that the kernel does not know would be refused. */
    @Property(tries = TRIES)
    void landlockIsAskedForWhatItsAbiKnows(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int made = index(path, c -> c.sys() == Sys.LANDLOCK_CREATE_RULESET);
        if (made >= 0) {
            int abi = sandbox.site().walls().landlockAbi().orElseThrow();
            Call call = path.get(made);
            assertThat(call.number(1)).isEqualTo(abi >= ABI_SCOPES ? 24 : abi >= 4 ? 16 : 8);
            long handled = LandlockAccess.bits(LandlockAccess.ALL, abi);
            assertThat(call.word(0, 0) & ~handled).isZero();
            assertThat(path)
                    .filteredOn(c -> c.sys() == Sys.LANDLOCK_ADD_RULE)
                    .allMatch(c -> (c.word(2, 0) & ~handled) == 0);
        }
    }

    /** What a namespace does not keep in, a scope does. */
    @Property(tries = TRIES)
    void scopesStandInForMissingNamespaces(@ForAll Case sandbox) {
        List<Call> path = sandbox.path();
        int made = index(path, c -> c.sys() == Sys.LANDLOCK_CREATE_RULESET);
        if (made >= 0 && sandbox.site().walls().landlockAbi().orElseThrow() >= ABI_SCOPES) {
            long scoped = path.get(made).word(0, 2);
            Set<Namespace> own = sandbox.spec().namespaces();
            assertThat((scoped & 1) != 0).isNotEqualTo(own.contains(Namespace.NETWORK));
            assertThat((scoped & 2) != 0).isNotEqualTo(own.contains(Namespace.PID));
        }
    }

    /** Without somebody who listens there is neither a listener nor a shared table. */
    @Property(tries = TRIES)
    void onlyAWatchedFilterSharesDescriptorsWithTheInit(@ForAll Case sandbox) {
        boolean watched = sandbox.site().walls().watched();
        List<Call> clones = sandbox.init().stream().filter(c -> c.sys() == Sys.CLONE3).toList();
        if (sandbox.spec().init()) {
            assertThat(clones).hasSize(1);
            assertThat((clones.getFirst().word(0, 0) & CLONE_FILES) != 0).isEqualTo(watched);
        }
        assertThat(
                        sandbox.init().stream()
                                .anyMatch(c -> c.sys() == Sys.IOCTL && c.number(1) == RECV))
                .isEqualTo(watched && sandbox.spec().init());
    }

    /** Elsewhere that signal would reach the whole machine: only whoever has no parent sends it. */
    @Property(tries = TRIES)
    void everybodyIsKilledOnlyByTheFirstProcessOfAPidNamespace(@ForAll Case sandbox) {
        List<Call> calls = sandbox.init();
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).sys() == Sys.KILL && calls.get(i).number(0) == -1) {
                int place = i;
                assertThat(sandbox.spec().namespaces()).contains(Namespace.PID);
                assertThat(calls)
                        .filteredOn(call -> call.onZero() == place || call.onTolerated() == place)
                        .extracting(Call::sys)
                        .containsExactly(Sys.GETPPID);
                // Nor does anything run into it from above.
                Call above = calls.get(i - 1);
                assertThat(above.sys()).isEqualTo(Sys.KILL);
                assertThat(above.onZero()).isGreaterThan(place);
                assertThat(above.onTolerated()).isGreaterThan(place);
            }
        }
    }
}
