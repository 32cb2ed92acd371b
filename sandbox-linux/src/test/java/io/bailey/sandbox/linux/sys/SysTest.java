package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

class SysTest {

    @Test
    void x86NumbersAreThoseOfTheHeader(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        compare(new CProgram("asm/unistd_64.h"), directory, Arch.X86_64);
    }

    /**
     * aarch64 uses the generic table with clone3(2) in it, arch/arm64/include/uapi/asm/unistd.h.
     */
    @Test
    void aarch64NumbersAreThoseOfTheGenericHeader(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        CProgram program =
                new CProgram("asm/bitsperlong.h", "asm-generic/unistd.h")
                        .define("__ARCH_WANT_SYS_CLONE3");
        compare(program, directory, Arch.AARCH64);
    }

    private static void compare(CProgram program, Path directory, Arch arch) throws Exception {
        Map<String, Long> ours = new TreeMap<>();
        for (Sys sys : Sys.values()) {
            String macro = "__NR_" + sys.label();
            program.printIfDefined(macro);
            ours.put(macro, (long) sys.number(arch));
        }
        assertThat(new TreeMap<>(program.run(directory))).isEqualTo(ours);
    }

    @Test
    void noTwoCallsHaveOneNumber() {
        for (Arch arch : Arch.values()) {
            assertThat(Stream.of(Sys.values()).map(sys -> sys.number(arch)))
                    .doesNotHaveDuplicates()
                    .allMatch(number -> number >= 0 && number < 500);
        }
    }

    @Test
    void theInterpretersOwnCallsAreKnown() {
        assertThat(Sys.WRITE.number(Arch.X86_64)).isEqualTo(1);
        assertThat(Sys.EXIT_GROUP.number(Arch.X86_64)).isEqualTo(231);
        assertThat(Sys.CLONE3.number(Arch.X86_64)).isEqualTo(435);
    }

    @Test
    void knowsTheNamesOfItsArchitectures() {
        assertThat(Arch.of("amd64")).isEqualTo(Arch.X86_64);
        assertThat(Arch.of("x86_64")).isEqualTo(Arch.X86_64);
        assertThat(Arch.of("aarch64")).isEqualTo(Arch.AARCH64);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> Arch.of("riscv64"))
                .withMessageContaining("riscv64");
    }
}
