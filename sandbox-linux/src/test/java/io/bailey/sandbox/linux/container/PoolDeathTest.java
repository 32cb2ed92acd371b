package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** kill -9 of a JVM leaves nothing of what waits in its pools. */
@Timeout(120)
class PoolDeathTest {
    private static final int SIZE = 8;

    private static Process start() throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "--enable-native-access=ALL-UNNAMED",
                                "-classpath",
                                ChildJvm.classPath()));
        command.addAll(OwnPlaces.options());
        command.addAll(List.of(PoolHolder.class.getName(), Integer.toString(SIZE)));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<Proc> descendants(Process jvm) {
        return jvm.descendants()
                .map(ProcessHandle::pid)
                .flatMap(pid -> Proc.of(pid).stream())
                .toList();
    }

    @RepeatedTest(3)
    void nothingIsLeft() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process jvm = start();
        List<Proc> waiting;
        try {
            assertThat(jvm.inputReader().readLine()).isEqualTo("full");
            waiting = descendants(jvm);
            // An init each, and what will be the command.
            assertThat(waiting).hasSizeGreaterThanOrEqualTo(2 * SIZE);
            // Some are being taken, some made, when it goes.
            jvm.getOutputStream().write(new byte[SIZE]);
            jvm.getOutputStream().flush();
        } finally {
            jvm.destroyForcibly();
            assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(Sandboxes.eventually(() -> waiting.stream().noneMatch(Proc::isAlive))).isTrue();
        // The next JVM removes the groups of the dead.
        assertThat(ChildJvm.run("", List.of(), CrashingLives.class, "none", "0").exitCode())
                .isZero();
        assertThat(groups("bailey-" + jvm.pid() + "-")).isEmpty();
    }

    private static List<String> groups(String prefix) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path hierarchy : hierarchies()) {
            try (Stream<Path> all = Files.find(hierarchy, 6, (p, a) -> a.isDirectory())) {
                all.map(path -> path.getFileName().toString())
                        .filter(name -> name.startsWith(prefix))
                        .forEach(found::add);
            } catch (UncheckedIOException gone) {
                // Other people's groups come and go meanwhile.
                continue;
            }
        }
        return found;
    }

    private static List<Path> hierarchies() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/sys/fs/cgroup"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }
}
