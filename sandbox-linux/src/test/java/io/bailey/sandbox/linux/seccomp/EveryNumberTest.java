package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The profiles that ship, and a document in Docker's format, for every number there is. */
class EveryNumberTest {
    private static final List<Context> CONTEXTS =
            List.of(
                    Filters.X86,
                    Filters.ARM,
                    Filters.X86.withThirtyTwoBit(true),
                    Filters.X86.withKillsByNotification(true),
                    Filters.having("CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_NICE"));

    private static Stream<Profile> profiles() throws IOException {
        String document =
                Files.readString(Path.of("src/test/resources/seccomp/docker-format.json"));
        return Stream.of(
                StandardProfile.profile(),
                StandardProfile.profile().preceded(SetIdRules.rules()),
                StandardProfile.profile().preceded(UnprivilegedRules.rules(false, true)),
                StrictProfile.profile(),
                Profile.NONE.preceded(UnprivilegedRules.rules(true, true)),
                ProfileReader.read(document));
    }

    /** Each argument alone at each value that a rule asks for, and all of them at it. */
    private static List<long[]> arguments(Profile profile) {
        TreeSet<Long> values = new TreeSet<>(List.of(0L, 1L, -1L, 1L << 32));
        for (Rule rule : profile.rules()) {
            rule.tests()
                    .forEach(test -> {
                        values.add(test.value());
                        values.add(test.datum());
                    });
        }
        Stream.Builder<long[]> all = Stream.builder();
        for (long value : values) {
            all.add(new long[] {value, value, value, value, value, value});
            for (int index = 0; index < 4; index++) {
                long[] one = new long[6];
                one[index] = value;
                all.add(one);
            }
        }
        return all.build().toList();
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void isDecidedAsTheProfileSays(Profile profile) {
        List<long[]> arguments = arguments(profile);
        for (Context context : CONTEXTS) {
            Machine machine = new Machine(FilterCompiler.compile(profile, context));
            for (int audit : new int[] {0xC000_003E, 0x4000_0003, 0xC000_00B7}) {
                for (int number = -1; number < 600; number++) {
                    check(profile, context, machine, audit, number, arguments);
                    check(profile, context, machine, audit, number | 1 << 30, arguments);
                }
            }
        }
    }

    private static void check(
            Profile profile,
            Context context,
            Machine machine,
            int audit,
            int number,
            List<long[]> arguments) {
        int plain = Reference.decide(profile, context, new Call(audit, number));
        int found = machine.run(new Call(audit, number)).value();
        assertThat(found).as("%x %d in %s", audit, number, context).isEqualTo(plain);
        if (!hasTests(profile, audit, number)) {
            return;
        }
        for (long[] values : arguments) {
            Call call = new Call(audit, number, values);
            if (machine.run(call).value() != Reference.decide(profile, context, call)) {
                assertThat(machine.run(call).value())
                        .as("%s %s in %s", call, List.of(values), context)
                        .isEqualTo(Reference.decide(profile, context, call));
            }
        }
    }

    private static boolean hasTests(Profile profile, int audit, int number) {
        for (Architecture architecture :
                List.of(Architecture.X86_64, Architecture.I386, Architecture.AARCH64)) {
            if (architecture.auditNumber() == audit) {
                String name = SyscallTable.of(architecture).name(number).orElse("");
                return profile.rules().stream()
                        .anyMatch(r -> !r.tests().isEmpty() && r.names().contains(name));
            }
        }
        return false;
    }
}
