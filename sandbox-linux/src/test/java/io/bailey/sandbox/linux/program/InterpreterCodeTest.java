package io.bailey.sandbox.linux.program;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.sys.Errno;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.sys.NativeCode;
import io.bailey.sandbox.linux.sys.NativeMemory;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

class InterpreterCodeTest {
    private static final Path SOURCE = Path.of("src/main/asm/interpreter-x86_64.S");

    /** GCC stands for binutils: gcc cannot work without as, and objcopy comes with it. */
    @Test
    void theCommittedBytesAreWhatTheSourceAssemblesTo(@TempDir Path directory) throws Exception {
        Powers.require(Power.GCC);
        Path object = directory.resolve("i.o");
        Path binary = directory.resolve("i.bin");
        run("as", "-o", object.toString(), SOURCE.toAbsolutePath().toString());
        run("objcopy", "-O", "binary", "-j", ".text", object.toString(), binary.toString());
        String assembled = HexFormat.of().formatHex(Files.readAllBytes(binary));
        assertThat(HexFormat.of().formatHex(InterpreterCode.bytes())).isEqualTo(assembled);
    }

    @Test
    void handsOutCopies() {
        InterpreterCode.bytes()[0] = 0x55;
        assertThat(InterpreterCode.bytes()[0]).isNotEqualTo((byte) 0x55);
    }

    /** A size of 0 is refused before anything is cloned. */
    @Test
    void launchAnswersTheErrnoOfClone3() {
        Linux linux = Linux.host();
        NativeMemory code =
                NativeMemory.map(linux, 4096); // stays: nobody may unmap code that is linked
        code.put(0, InterpreterCode.bytes());
        assertThat(code.seal()).isZero();
        NativeCode launch = NativeCode.at(code, InterpreterCode.LAUNCH);
        assertThat(launch.call(0, 0, 0)).isEqualTo(-Errno.EINVAL);
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s: %s", String.join(" ", command), said).isZero();
    }
}
