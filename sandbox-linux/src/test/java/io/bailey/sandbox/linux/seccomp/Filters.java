package io.bailey.sandbox.linux.seccomp;

import java.util.Map;
import java.util.Set;

/** Contexts and the words of answers, for tests. */
final class Filters {
    static final KernelVersion KERNEL = new KernelVersion(6, 18);
    static final Context X86 = Context.of(Architecture.X86_64, KERNEL);
    static final Context ARM = Context.of(Architecture.AARCH64, KERNEL);

    private static final Map<Integer, String> WORDS =
            Map.of(
                    0x7FFF_0000, "allow",
                    0x0005_005E, "ESOCKTNOSUPPORT",
                    0x8000_0000, "kill",
                    0x7FC0_0000, "notify",
                    0x0005_0001, "EPERM",
                    0x0005_0026, "ENOSYS",
                    0x0005_0061, "EAFNOSUPPORT",
                    0x0005_005D, "EPROTONOSUPPORT",
                    0x0005_0019, "ENOTTY",
                    0x0005_0016, "EINVAL");

    private Filters() {}

    static Context having(String... capabilities) {
        return X86.withCapabilities(Set.of(capabilities));
    }

    static String answer(Filter filter, Call call) {
        return word(new Machine(filter).run(call).value());
    }

    static String word(int value) {
        return WORDS.getOrDefault(value, Integer.toHexString(value));
    }
}
