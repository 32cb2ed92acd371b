package io.bailey.sandbox.linux.seccomp;

import io.bailey.sandbox.linux.seccomp.Decision.Branch;

import java.util.List;

/** From profiles to filters. */
public final class FilterCompiler {
    /** What the init needs on its own way, and what would only tell of the init. */
    private static final Rule NOT_RECORDED =
            Rule.of(Action.ALLOW, "execve openat write rt_sigreturn exit exit_group");

    private FilterCompiler() {}

    /**
     * The filter of {@code profile} where {@code context} is so. Calls of a foreign architecture
     * kill, those of x32 do not exist.
     *
     * @throws ProfileException if it is longer than the kernel takes
     */
    public static Filter compile(Profile profile, Context context) {
        Assembler assembler = new Assembler();
        int place = assembler.returns(Action.KILL_PROCESS.encoded());
        if (context.thirtyTwoBit()) {
            place = section(assembler, profile, context, Architecture.I386, place);
        }
        place = section(assembler, profile, context, context.architecture(), place);
        assembler.load(Bpf.ARCHITECTURE, place);
        return assembler.finish();
    }

    private static int section(
            Assembler assembler,
            Profile profile,
            Context context,
            Architecture architecture,
            int otherwise) {
        Decisions decisions = new Decisions(profile, context, architecture);
        boolean hasX32 = architecture == Architecture.X86_64;
        int place = new NumberCode(assembler, decisions, hasX32).write();
        return assembler.jump(Bpf.IF_EQUAL, architecture.auditNumber(), place, otherwise);
    }

    /**
     * Hands every call to the filter's listener, but for the few that starting and ending take. Its
     * listener sees what a command does, and answers "go on".
     *
     * @param first rules that hold nevertheless; what they refuse is not told of
     */
    public static Filter recording(List<Rule> first, Context context) {
        Profile all = new Profile(Action.KILL_PROCESS, Action.KILL_PROCESS, List.of(NOT_RECORDED));
        return compile(all.preceded(first), context.withKillsByNotification(true));
    }

    /**
     * @throws ProfileException if the profile denies, whatever the arguments, a call without which
     *     no command starts
     */
    public static void requireStartable(Profile profile, Context context) {
        Decisions decisions = new Decisions(profile, context, context.architecture());
        for (String name : Decisions.TO_START) {
            if (deniesAlways(decisions.of(name))) {
                throw new ProfileException(
                        "the profile denies "
                                + name
                                + " whatever its arguments are, and without it"
                                + " no command can be started; allow "
                                + String.join(", ", Decisions.TO_START));
            }
        }
    }

    private static boolean deniesAlways(Decision decision) {
        for (Branch branch : decision.branches()) {
            if (letsThrough(branch.value())) {
                return false;
            }
        }
        return !letsThrough(decision.otherwise());
    }

    /** Allowed, or logged. */
    private static boolean letsThrough(int value) {
        return value == Action.ALLOW.encoded() || value == Action.LOG.encoded();
    }
}
