package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The kernel takes the filters, and decides as they say. probe.c makes the calls. */
class KernelTest {
    private static final Path SOURCE = Path.of("src/test/resources/seccomp/probe.c");
    private static final String SIGSYS = "signal 31";
    private static final String EPERM = "1";
    private static final String EBADF = "9";
    private static final String EFAULT = "14";
    private static final String ENOSYS = "38";
    private static final String EAFNOSUPPORT = "97";

    @TempDir private Path directory;

    private final Map<String, String> expected = new LinkedHashMap<>();

    private void expectOf(String answer, String abi, int number, long... arguments) {
        StringBuilder line = new StringBuilder(abi + " " + number);
        for (int i = 0; i < 6; i++) {
            line.append(' ').append(i < arguments.length ? arguments[i] : 0);
        }
        expected.put(line.toString(), answer);
    }

    private void expect(String answer, String name, long... arguments) {
        expectOf(answer, "64", Call.of(name).number(), arguments);
    }

    private void ask(Profile profile, Context context) throws Exception {
        Path filter = directory.resolve("filter");
        Files.write(filter, FilterCompiler.compile(profile, context).bytes());
        Path probe = directory.resolve("probe");
        if (Files.notExists(probe)) {
            run("", "gcc", "-O1", "-w", "-o", probe.toString(), SOURCE.toString());
        }
        String questions = String.join("\n", expected.keySet()) + "\n";
        List<String> answers = run(questions, probe.toString(), filter.toString()).lines().toList();
        assertThat(answers).hasSameSizeAs(expected.keySet());
        Map<String, String> found = new LinkedHashMap<>();
        for (String question : expected.keySet()) {
            found.put(question, answers.get(found.size()));
        }
        assertThat(found).isEqualTo(expected);
    }

    private static String run(String input, String... command)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(command));
        if (words.size() == 2) {
            words.add(1, "ask");
        }
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (var in = process.outputWriter(StandardCharsets.US_ASCII)) {
            in.write(input);
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static void requireX86() {
        Powers.require(Power.GCC, Power.X86_64);
    }

    @Test
    void theKernelDecidesAsTheStandardProfileSays() throws Exception {
        requireX86();
        expect("0", "getpid");
        expect("0", "getppid");
        expect(EFAULT, "openat", -100, 1);
        expect(EPERM, "mount");
        expect(EPERM, "umount2");
        expect(EPERM, "setns", -1);
        expect(EPERM, "ptrace", 16, 1);
        expect(EPERM, "bpf");
        expect(EPERM, "unshare", 0x1000_0000);
        expect("0", "unshare", 0);
        expect(EPERM, "clone", 0x1000_0000 | 17);
        expect(ENOSYS, "clone3");
        expect(ENOSYS, "io_uring_setup");
        expect(ENOSYS, "keyctl");
        expectOf(ENOSYS, "64", 400);
        expectOf(ENOSYS, "64", 600);
        expectOf(ENOSYS, "64", -1);
        expect("0", "socket", 1, 1, 0);
        expect("0", "socket", 2, 2, 0);
        expect("0", "socket", 16, 3, 0);
        expect("93", "socket", 16, 3, 9);
        expect(EAFNOSUPPORT, "socket", 38, 5, 0);
        expect(EAFNOSUPPORT, "socket", 40, 1, 0);
        expect(EAFNOSUPPORT, "socket", 17, 3, 0);
        expect(EAFNOSUPPORT, "socket", 2, 10, 0);
        expect(EAFNOSUPPORT, "socketpair", 2, 1, 0);
        expect(EPERM, "ioctl", -1, 0x5412);
        expect(EPERM, "ioctl", -1, 0x1_0000_5412L);
        expect(EBADF, "ioctl", -1, 0x5401);
        expect("0", "personality", 0xFFFF_FFFFL);
        expect(EPERM, "personality", 0x40_0000);
        expectOf(SIGSYS, "80", 20);
        expectOf(SIGSYS, "80", 1);
        expectOf(ENOSYS, "x32", 39);
        expectOf(ENOSYS, "x32", 520);
        ask(StandardProfile.profile(), Filters.X86);
    }

    @Test
    void thirtyTwoBitCallsAreJudgedWhereWanted() throws Exception {
        requireX86();
        expectOf("0", "80", 20); // getpid
        expectOf(EPERM, "80", 21); // mount
        expectOf(ENOSYS, "80", 102); // socketcall
        expectOf(EAFNOSUPPORT, "80", 359, 38, 5, 0); // socket
        expect("0", "getpid");
        expectOf(ENOSYS, "x32", 39);
        ask(StandardProfile.profile(), Filters.X86.withThirtyTwoBit(true));
    }

    @Test
    void theKernelDecidesAsTheStrictProfileSays() throws Exception {
        requireX86();
        expect("0", "getpid");
        expect(EPERM, "socket", 1, 1, 0);
        expect(EPERM, "fork");
        expect(EPERM, "clone", 17);
        expect(EPERM, "kill", 0, 0);
        expect("25", "ioctl", 0, 0x5412);
        expect(EBADF, "ioctl", -1, 0x5401);
        expect("22", "prctl", 4, 0);
        ask(StrictProfile.profile(), Filters.X86);
    }

    @Test
    void theKernelComparesHalvesAsWeDo() throws Exception {
        requireX86();
        Action hit = Action.errno(99);
        long edge = 0x1_8000_0000L;
        int at = 0;
        List<Rule> rules = new ArrayList<>();
        String[] names = {"getpid", "getppid", "getuid", "getgid", "geteuid", "getegid"};
        for (Operator operator : Operator.values()) {
            if (operator == Operator.MASKED_EQ) {
                continue;
            }
            String name = names[at++];
            rules.add(Rule.of(hit, name, Comparison.of(5, operator, edge)));
            for (long argument :
                    new long[] {
                        0, edge - 1, edge, edge + 1, -1, 0x8000_0000L, 0x2_0000_0000L, 1L << 63
                    }) {
                int number = Call.of(name).number();
                long[] arguments = {0, 0, 0, 0, 0, argument};
                Call call = new Call(Architecture.X86_64.auditNumber(), number, arguments);
                Profile one = Profile.NONE.preceded(rules);
                boolean denied = Reference.decide(one, Filters.X86, call) == hit.encoded();
                if (denied) {
                    expectOf("99", "64", number, arguments);
                }
            }
        }
        expect("99", "gettid", 0x5_0000_0002L);
        rules.add(Rule.of(hit, "gettid", Comparison.masked(0, 0xF_0000_000FL, 0x5_0000_0002L)));
        ask(Profile.NONE.preceded(rules), Filters.X86);
    }

    @Test
    void nobodyMakesSetIdFiles() throws Exception {
        requireX86();
        expect(EPERM, "chmod", 0, 04755);
        expect(EPERM, "fchmod", -1, 02755);
        expect(EBADF, "fchmod", -1, 0755);
        expect(EPERM, "openat", -1, 1, 0100, 04755);
        expect(EFAULT, "openat", -1, 1, 0, 04755);
        expect(EPERM, "openat", -1, 1, 020200000, 02700);
        expect(ENOSYS, "openat2");
        ask(StandardProfile.profile().preceded(SetIdRules.rules()), Filters.X86);
    }

    /** As long as the kernel takes: the detours of far jumps are sound to it. */
    @Test
    void theKernelTakesTheLongest() throws Exception {
        requireX86();
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 380; i++) {
            String name = i % 2 == 0 ? "read" : "getpid";
            rules.add(
                    Rule.of(
                            Action.errno(1 + i % 100),
                            name,
                            Comparison.of(0, Operator.EQ, 0x1_0000_0000L * i + i),
                            Comparison.of(1, Operator.GT, i)));
        }
        expect("0", "getpid");
        expect("78", "getpid", 0x1_0000_0000L * 377 + 377, 500);
        assertThat(FilterCompiler.compile(Profile.NONE.preceded(rules), Filters.X86).length())
                .isBetween(3000, 4096);
        ask(Profile.NONE.preceded(rules), Filters.X86);
    }
}
