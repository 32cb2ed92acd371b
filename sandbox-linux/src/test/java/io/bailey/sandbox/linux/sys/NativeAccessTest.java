package io.bailey.sandbox.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.github.benmanes.caffeine.cache.Caffeine;

import io.bailey.sandbox.Sandbox;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.json.JsonMapper;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What someone sees who did not know that java must be told to allow native calls. Each case is a
 * JVM of its own.
 */
class NativeAccessTest {
    private static final String PROBE =
            """
            public class Probe {
                public static void main(String[] args) {
                    for (int attempt = 1; attempt <= 2; attempt++) {
                        try {
                            io.bailey.sandbox.Sandbox.builder().build().close();
                            System.out.println("built");
                        } catch (RuntimeException failure) {
                            System.out.println(failure.getClass().getSimpleName() + ": "
                                    + failure.getMessage().replace('\\n', ' '));
                        }
                    }
                    System.out.println("doctor: "
                            + io.bailey.sandbox.Sandbox.doctor().toString().replace('\\n', ' '));
                }
            }
            """;

    @TempDir Path directory;
    private Path probe = Path.of("");

    @BeforeEach
    void writeProbe() throws Exception {
        probe = Files.writeString(directory.resolve("Probe.java"), PROBE);
    }

    private static String home(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    private static String classes() throws URISyntaxException {
        return String.join(
                File.pathSeparator,
                home(Sandbox.class),
                home(Linux.class),
                home(Caffeine.class),
                home(JsonParser.class),
                home(JsonMapper.class),
                home(JsonCreator.class));
    }

    /** The lines that the probe printed. */
    private List<String> run(String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.add(probe.toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said.lines().toList();
    }

    private List<String> runAsModule(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-p", classes(), "--add-modules", "io.bailey.sandbox.linux"));
        return run(all.toArray(String[]::new));
    }

    @Test
    void aModuleIsNamedInTheFlag() throws Exception {
        List<String> said = runAsModule("--illegal-native-access=deny");
        // Twice: a class whose initializer failed would say why only once.
        assertThat(said.subList(0, 2))
                .allSatisfy(line ->
                        assertThat(line)
                                .startsWith("SandboxUnavailableException: ")
                                .contains("--enable-native-access=io.bailey.sandbox.linux"));
        assertThat(said.getLast())
                .startsWith("doctor: ")
                .contains("--enable-native-access=io.bailey.sandbox.linux");
    }

    @Test
    void onTheClassPathItIsAllUnnamed() throws Exception {
        List<String> said = run("--illegal-native-access=deny", "-cp", classes());
        assertThat(said.getFirst())
                .startsWith("SandboxUnavailableException: ")
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    /**
     * Not half an hour later with a warning from the JVM on the console: JEP 472 warns before it
     * will deny.
     */
    @Test
    void refusesEvenWhereTheJvmWouldOnlyWarn() throws Exception {
        assertThat(run("-cp", classes()))
                .noneMatch(line -> line.startsWith("WARNING"))
                .first()
                .asString()
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    /** The very flag that the message names is enough, whatever else this machine may lack. */
    @Test
    void theNamedFlagIsEnough() throws Exception {
        assertThat(
                        runAsModule(
                                "--illegal-native-access=deny",
                                "--enable-native-access=io.bailey.sandbox.linux"))
                .noneMatch(line -> line.contains("--enable-native-access"));
        assertThat(
                        run(
                                "--illegal-native-access=deny",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                classes()))
                .noneMatch(line -> line.contains("--enable-native-access"));
    }

    @Test
    void thisJvmHasIt() {
        assertThat(NativeAccess.granted()).isTrue();
    }
}
