package io.bailey.sandbox.linux.seccomp;

import java.util.Set;

/** What a filter has to decide, said as plainly as can be. */
final class Reference {
    private static final Set<String> REAL_KILLS = Set.of("execve", "openat", "write", "exit_group");

    private Reference() {}

    static int decide(Profile profile, Context context, Call call) {
        Architecture native64 = context.architecture();
        if (call.audit() == Architecture.I386.auditNumber() && context.thirtyTwoBit()) {
            return decide(profile, context, call, Architecture.I386);
        }
        if (call.audit() != native64.auditNumber()) {
            return 0x8000_0000;
        }
        if (native64 == Architecture.X86_64
                && Integer.compareUnsigned(call.number(), 1 << 30) >= 0) {
            return 0x0005_0000 | 38;
        }
        return decide(profile, context, call, native64);
    }

    private static int decide(
            Profile profile, Context context, Call call, Architecture architecture) {
        String name = SyscallTable.of(architecture).name(call.number()).orElse("");
        if (name.isEmpty()) {
            return encode(profile.unknown(), context, name);
        }
        for (Rule rule : profile.rules()) {
            if (rule.names().contains(name)
                    && rule.conditions().holdIn(context)
                    && rule.tests().stream().allMatch(test -> isTrue(test, call))) {
                return encode(rule.action(), context, name);
            }
        }
        return encode(profile.otherwise(), context, name);
    }

    private static boolean isTrue(Comparison test, Call call) {
        long argument = call.argument(test.index());
        int order = Long.compareUnsigned(argument, test.value());
        return switch (test.operator()) {
            case NE -> order != 0;
            case LT -> order < 0;
            case LE -> order <= 0;
            case EQ -> order == 0;
            case GE -> order >= 0;
            case GT -> order > 0;
            case MASKED_EQ -> (argument & test.value()) == test.datum();
        };
    }

    private static int encode(Action action, Context context, String name) {
        return switch (action.kind()) {
            case KILL_PROCESS, KILL_THREAD -> {
                boolean told = context.killsByNotification() && !REAL_KILLS.contains(name);
                int real = action.kind() == Action.Kind.KILL_PROCESS ? 0x8000_0000 : 0;
                yield told ? 0x7FC0_0000 : real;
            }
            case TRAP -> 0x0003_0000 | action.data();
            case ERRNO -> 0x0005_0000 | action.data();
            case NOTIFY, TRACE -> 0x0005_0000 | 38;
            case LOG -> 0x7FFC_0000;
            case ALLOW -> 0x7FFF_0000;
        };
    }
}
