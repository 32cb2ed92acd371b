package io.bailey.sandbox.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs do not notice the profiles that are meant for them. */
class RealProgramsTest {
    private static final String JAVA = System.getProperty("java.home") + "/bin/java";

    @TempDir private Path directory;

    @BeforeEach
    void compile() throws Exception {
        if (Power.GCC.isPresent()) {
            plain("gcc", "-O1", "-w", "-o", at("probe"), "src/test/resources/seccomp/probe.c");
        }
    }

    private String at(String name) {
        return directory.resolve(name).toString();
    }

    private String under(Profile profile, String... command) throws Exception {
        Files.write(Path.of(at("filter")), FilterCompiler.compile(profile, Filters.X86).bytes());
        List<String> words = new ArrayList<>(List.of(at("probe"), "exec", at("filter")));
        words.addAll(List.of(command));
        return plain(words.toArray(String[]::new));
    }

    private String plain(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.outputWriter(StandardCharsets.UTF_8).close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said.strip();
    }

    @Test
    void aShellRunsItsPipes() throws Exception {
        Powers.require(Power.GCC, Power.X86_64);
        Profile standard = StandardProfile.profile();
        assertThat(under(standard, "sh", "-c", "(echo a; echo b) | wc -l")).isEqualTo("2");
    }

    @Test
    void theCompilerCompiles() throws Exception {
        Powers.require(Power.GCC, Power.X86_64);
        Files.writeString(Path.of(at("a.c")), "int main(void) { return 0; }\n");
        under(StandardProfile.profile(), "gcc", "-o", at("a.out"), at("a.c"));
        assertThat(under(StrictProfile.profile(), at("a.out"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Serial", "G1", "Z"})
    void aJvmRunsItsThreadsSocketsAndChildren(String collector) throws Exception {
        Powers.require(Power.GCC, Power.X86_64);
        Path source = Path.of(at("Main.java"));
        Files.writeString(
                source,
                """
                void main() throws Exception {
                    java.nio.channels.Selector.open().close();
                    new java.net.ServerSocket(0).close();
                    Thread.startVirtualThread(() -> IO.print("virtual ")).join();
                    IO.println(new ProcessBuilder("true").start().waitFor());
                    System.gc();
                }
                """);
        String said =
                under(
                        StandardProfile.profile(),
                        JAVA,
                        "-Xmx128m",
                        "-XX:+Use" + collector + "GC",
                        source.toString());
        assertThat(said).isEqualTo("virtual 0");
    }

    @Test
    void aJvmComputesUnderTheStrictProfile() throws Exception {
        Powers.require(Power.GCC, Power.X86_64);
        String said = under(StrictProfile.profile(), JAVA, "-Xmx64m", "--version");
        assertThat(said).contains("25");
    }
}
