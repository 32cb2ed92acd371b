package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;

/** What the compiler refuses, and its special filters. */
class FilterCompilerTest {
    private static final Profile KILLING =
            new Profile(Action.KILL_PROCESS, List.of(Rule.of(Action.ALLOW, "read")));

    @Test
    void killsAreToldWhereAListenerIs() {
        Filter filter = FilterCompiler.compile(KILLING, Filters.X86.withKillsByNotification(true));
        assertThat(Filters.answer(filter, Call.of("mount"))).isEqualTo("notify");
        assertThat(Filters.answer(filter, Call.of("read"))).isEqualTo("allow");
        for (String early : List.of("execve", "openat", "write", "exit_group")) {
            assertThat(Filters.answer(filter, Call.of(early))).isEqualTo("kill");
        }
        assertThat(Filters.answer(filter, Call.of(Architecture.I386, "read"))).isEqualTo("kill");
    }

    /** A tracer inside would be one of those that the filter is against. */
    @ParameterizedTest
    @ValueSource(strings = {"NOTIFY", "TRACE"})
    void whomAProfileAsksIsNotThere(Action.Kind kind) {
        Action asks = new Action(kind, 0);
        Profile asking = Profile.NONE.preceded(List.of(Rule.of(asks, "mount")));
        for (boolean listener : new boolean[] {true, false}) {
            Context context = Filters.X86.withKillsByNotification(listener);
            Filter filter = FilterCompiler.compile(asking, context);
            assertThat(Filters.answer(filter, Call.of("mount"))).isEqualTo("ENOSYS");
        }
    }

    @Test
    void aRecordingTellsEverythingButTheStart() {
        Filter filter = FilterCompiler.recording(SetIdRules.rules(), Filters.X86);
        for (String quiet :
                List.of("execve", "openat", "write", "rt_sigreturn", "exit", "exit_group")) {
            assertThat(Filters.answer(filter, Call.of(quiet))).isEqualTo("allow");
        }
        assertThat(Filters.answer(filter, Call.of("read"))).isEqualTo("notify");
        assertThat(Filters.answer(filter, Call.of("execveat"))).isEqualTo("notify");
        assertThat(Filters.answer(filter, new Call(0xC000_003E, 999))).isEqualTo("notify");
        assertThat(Filters.answer(filter, Call.of(Architecture.I386, "read"))).isEqualTo("kill");
        assertThat(Filters.answer(filter, Call.of(Architecture.AARCH64, "read"))).isEqualTo("kill");
        assertThat(Filters.answer(filter, Call.of("chmod", 0, 04755))).isEqualTo("EPERM");
        assertThat(Filters.answer(filter, Call.of("chmod", 0, 0755))).isEqualTo("notify");
        assertThat(FilterCompiler.recording(List.of(), Filters.X86).length()).isLessThan(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"execve", "openat", "write", "exit_group"})
    void whatNothingStartsWithoutIsNeeded(String name) {
        Profile without = Profile.NONE.preceded(List.of(Rule.of(Action.errno(1), name)));
        assertThatThrownBy(() -> FilterCompiler.requireStartable(without, Filters.X86))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("denies " + name);
        Comparison test = Comparison.of(0, Operator.EQ, 7);
        Profile sometimes = Profile.NONE.preceded(List.of(Rule.of(Action.errno(1), name, test)));
        FilterCompiler.requireStartable(sometimes, Filters.X86);
    }

    @Test
    void ourOwnProfilesCanBeStarted() {
        for (Context context : List.of(Filters.X86, Filters.ARM)) {
            FilterCompiler.requireStartable(StandardProfile.profile(), context);
            FilterCompiler.requireStartable(StrictProfile.profile(), context);
            FilterCompiler.requireStartable(
                    StandardProfile.profile()
                            .preceded(SetIdRules.rules())
                            .preceded(UnprivilegedRules.rules(false, true)),
                    context);
        }
    }

    @Test
    void moreThanTheKernelTakesIsRefused() {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            rules.add(
                    Rule.of(
                            Action.errno(i % 2 + 1),
                            "read",
                            Comparison.of(i % 6, Operator.GT, 1L << 40 | i)));
        }
        Profile endless = Profile.NONE.preceded(rules);
        assertThatThrownBy(() -> FilterCompiler.compile(endless, Filters.X86))
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("4096 instructions");
    }

    @Test
    void aMisspeltCallIsRefused() {
        Profile misspelt = new Profile(Action.ALLOW, List.of(Rule.of(Action.errno(1), "mmount")));
        assertThatThrownBy(misspelt::requireKnownNames)
                .isInstanceOf(ProfileException.class)
                .hasMessageContaining("\"mmount\"");
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Action.errno(4096)).isInstanceOf(ProfileException.class);
        assertThatThrownBy(() -> Action.errno(-1)).isInstanceOf(ProfileException.class);
        assertThatThrownBy(() -> Action.trace(1 << 16)).isInstanceOf(ProfileException.class);
        assertThatThrownBy(() -> Comparison.of(6, Operator.EQ, 0))
                .isInstanceOf(ProfileException.class);
        assertThatThrownBy(() -> Context.of(Architecture.X32, Filters.KERNEL))
                .isInstanceOf(ProfileException.class);
        assertThatThrownBy(() -> Filters.ARM.withThirtyTwoBit(true))
                .isInstanceOf(ProfileException.class);
    }

    /** The bytes cannot be changed from outside. */
    @Test
    void aFilterIsImmutable() {
        Filter filter = FilterCompiler.compile(StandardProfile.profile(), Filters.X86);
        byte[] before = filter.bytes();
        filter.bytes()[0] = 99;
        assertThat(filter.bytes()).isEqualTo(before).hasSize(filter.length() * 8);
    }
}
