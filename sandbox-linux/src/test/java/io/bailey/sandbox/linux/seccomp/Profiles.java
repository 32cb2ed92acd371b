package io.bailey.sandbox.linux.seccomp;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Profiles, contexts and calls that are likely to meet at their edges. */
final class Profiles extends DomainContextBase {
    /** Values, and what is one beside them in either half. */
    private static final long[] EDGES = {
        0,
        1,
        2,
        16,
        0x7FFF_FFFFL,
        0x8000_0000L,
        0xFFFF_FFFFL,
        0x1_0000_0000L,
        0x1_0000_0001L,
        0x7FFF_FFFF_FFFF_FFFFL,
        0x8000_0000_0000_0000L,
        0xFFFF_FFFF_0000_0000L,
        -2L,
        -1L
    };

    private static final List<String> NAMES =
            List.of(
                    "read",
                    "write",
                    "open",
                    "openat",
                    "execve",
                    "clone",
                    "socket",
                    "socketcall",
                    "ioctl",
                    "prctl",
                    "mmap2",
                    "exit_group",
                    "getpid",
                    "uprobe",
                    "pidfd_send_signal",
                    "rseq_slice_yield",
                    "listns",
                    "no_such_call");

    static Arbitrary<Long> words() {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.of(EDGES(0))),
                net.jqwik.api.Tuple.of(1, Arbitraries.longs()));
    }

    private static Long[] EDGES(int offset) {
        return java.util.Arrays.stream(EDGES).mapToObj(e -> e + offset).toArray(Long[]::new);
    }

    @Provide
    Arbitrary<Action> actions() {
        return Arbitraries.of(
                Action.ALLOW,
                Action.LOG,
                Action.KILL_PROCESS,
                Action.KILL_THREAD,
                Action.NOTIFY,
                Action.errno(1),
                Action.errno(38),
                Action.trap(7),
                Action.trace(9));
    }

    private static Arbitrary<Comparison> tests() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.of(Operator.class),
                        words(),
                        words(),
                        Arbitraries.of(true, false))
                .as((index, operator, value, datum, within) ->
                        new Comparison(index, operator, value, within ? datum & value : datum));
    }

    private static Arbitrary<Conditions> conditions() {
        Arbitrary<Conditions.Criteria> criteria =
                Combinators.combine(
                                Arbitraries.of("CAP_A", "CAP_B").set().ofMaxSize(2),
                                Arbitraries.of("amd64", "arm64", "s390").set().ofMaxSize(2),
                                Arbitraries.of(
                                        Optional.<KernelVersion>empty(),
                                        Optional.of(new KernelVersion(5, 4)),
                                        Optional.of(new KernelVersion(6, 1))))
                        .as(Conditions.Criteria::new);
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, Arbitraries.just(Conditions.NONE)),
                net.jqwik.api.Tuple.of(
                        1, Combinators.combine(criteria, criteria).as(Conditions::new)));
    }

    private Arbitrary<Rule> rules() {
        return Combinators.combine(
                        Arbitraries.of(NAMES).list().ofMinSize(1).ofMaxSize(6),
                        actions(),
                        tests().list().ofMaxSize(3),
                        conditions())
                .as(Rule::new);
    }

    @Provide
    Arbitrary<Profile> profiles() {
        return Combinators.combine(actions(), actions(), rules().list().ofMaxSize(25))
                .as(Profile::new);
    }

    @Provide
    Arbitrary<Context> contexts() {
        return Combinators.combine(
                        Arbitraries.of(Architecture.X86_64, Architecture.AARCH64),
                        Arbitraries.of("CAP_A", "CAP_B").set().ofMaxSize(2),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((architecture, capabilities, both, notify) ->
                        new Context(
                                architecture,
                                Set.copyOf(capabilities),
                                new KernelVersion(5, 10),
                                both && architecture == Architecture.X86_64,
                                notify));
    }

    @Provide
    Arbitrary<Call> calls() {
        Arbitrary<Integer> audits =
                Arbitraries.of(0xC000_003E, 0xC000_003E, 0xC000_003E, 0x4000_0003, 0xC000_00B7, 0);
        Arbitrary<Integer> named =
                Combinators.combine(
                                Arbitraries.of(NAMES),
                                Arbitraries.of(
                                        Architecture.X86_64,
                                        Architecture.I386,
                                        Architecture.AARCH64))
                        .as((name, architecture) -> SyscallTable.of(architecture).number(name));
        Arbitrary<Integer> numbers =
                Arbitraries.oneOf(
                        named,
                        named,
                        Arbitraries.integers().between(-2, 520),
                        named.map(n -> n | 0x4000_0000),
                        Arbitraries.of(0x3FFF_FFFF, 0x4000_0000, Integer.MIN_VALUE, -1));
        return Combinators.combine(audits, numbers, words().array(long[].class).ofSize(6))
                .as(Call::new);
    }
}
