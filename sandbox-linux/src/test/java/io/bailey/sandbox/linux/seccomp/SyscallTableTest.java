package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.linux.sys.Arch;
import io.bailey.sandbox.linux.sys.CProgram;
import io.bailey.sandbox.linux.sys.Sys;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The tables against the C headers and against the engine's own numbers. */
class SyscallTableTest {
    private static Map<String, Long> ours(Architecture architecture) {
        SyscallTable table = SyscallTable.of(architecture);
        return IntStream.range(0, table.size())
                .filter(n -> table.name(n).isPresent())
                .boxed()
                .collect(Collectors.toMap(n -> table.name(n).orElseThrow(), n -> (long) n));
    }

    /** What a header has must be so; it may be older than the tables. */
    private static void compare(Architecture architecture, CProgram program, Path directory)
            throws Exception {
        Map<String, Long> ours = ours(architecture);
        ours.keySet().forEach(name -> program.printIfDefined("__NR_" + name));
        Map<String, Long> headers = program.run(directory);
        assertThat(headers).hasSizeGreaterThan(300);
        headers.forEach((name, number) ->
                assertThat(ours).containsEntry(name.substring("__NR_".length()), number));
    }

    @Test
    void x86NumbersAreTheHeaders(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        compare(Architecture.X86_64, new CProgram("asm/unistd_64.h"), directory);
    }

    @Test
    void i386NumbersAreTheHeaders(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        compare(Architecture.I386, new CProgram("asm/unistd_32.h"), directory);
    }

    /** As arch/arm64/include/uapi/asm/unistd.h does. */
    @Test
    void aarch64NumbersAreTheHeaders(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CProgram program = new CProgram("asm-generic/unistd.h");
        for (String wanted :
                new String[] {
                    "RENAMEAT",
                    "NEW_STAT",
                    "SET_GET_RLIMIT",
                    "TIME32_SYSCALLS",
                    "SYS_CLONE3",
                    "MEMFD_SECRET"
                }) {
            program.define("__ARCH_WANT_" + wanted);
        }
        compare(Architecture.AARCH64, program, directory);
    }

    @ParameterizedTest
    @EnumSource(Sys.class)
    void theEngineMeansTheSameNumbers(Sys call) {
        assertThat(SyscallTable.of(Architecture.X86_64).name(call.number(Arch.X86_64)))
                .contains(call.label());
        if (call.number(Arch.AARCH64) >= 0) {
            assertThat(SyscallTable.of(Architecture.AARCH64).name(call.number(Arch.AARCH64)))
                    .contains(call.label());
        }
    }

    /** Newer than many headers; from the kernel's tables. */
    @ParameterizedTest
    @CsvSource({
        "334, rseq",
        "335, uretprobe",
        "336, uprobe",
        "451, cachestat",
        "452, fchmodat2",
        "453, map_shadow_stack",
        "457, statmount",
        "462, mseal",
        "463, setxattrat",
        "466, removexattrat",
        "467, open_tree_attr",
        "468, file_getattr",
        "469, file_setattr",
        "470, listns",
        "471, rseq_slice_yield"
    })
    void knowsTheNewestCalls(int number, String name) {
        assertThat(SyscallTable.of(Architecture.X86_64).name(number)).contains(name);
    }

    @Test
    void knowsWhatOtherArchitecturesHave() {
        assertThat(SyscallTable.isKnownAnywhere("mmap2")).isTrue();
        assertThat(SyscallTable.isKnownAnywhere("opennat")).isFalse();
        assertThat(SyscallTable.of(Architecture.AARCH64).number("open")).isEqualTo(-1);
        assertThatThrownBy(() -> SyscallTable.of(Architecture.X32))
                .isInstanceOf(ProfileException.class);
    }
}
