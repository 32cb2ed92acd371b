package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** kill -9 of the JVM leaves nothing alive. */
@Timeout(120)
class JvmDeathTest {
    private static final int SANDBOXES = 50;
    private static final Duration GRACE = Duration.ofSeconds(1);

    /**
     * One JVM and what it printed. The argument of sleep is its mark: nobody else sleeps exactly as
     * long.
     */
    private record Victim(Process jvm, BufferedReader output, String mark) {

        static Victim start(boolean limited) throws IOException {
            String mark = newMark();
            return start(
                    mark,
                    Sleepers.class,
                    Integer.toString(SANDBOXES),
                    mark,
                    Boolean.toString(limited));
        }

        static String newMark() {
            return "600." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
        }

        static Victim start(String mark, Class<?> main, String... arguments) throws IOException {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx256m",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-classpath",
                                    ChildJvm.classPath()));
            command.addAll(OwnPlaces.options());
            command.add(main.getName());
            command.addAll(List.of(arguments));
            Process jvm =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            return new Victim(jvm, jvm.inputReader(), mark);
        }

        /** The inits of the next {@code count} sandboxes. */
        List<Proc> inits(int count) throws IOException {
            List<Proc> inits = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String line = Objects.requireNonNull(output.readLine(), "the JVM ended too early");
                inits.add(Proc.of(Long.parseLong(line)).orElseThrow());
            }
            return inits;
        }

        /** SIGKILL: no shutdown hook, no finally. */
        void kill() {
            jvm.destroyForcibly();
        }

        void awaitEnd() throws InterruptedException {
            assertThat(jvm.waitFor(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        boolean nothingLives(List<Proc> inits) {
            return inits.stream().noneMatch(Proc::isAlive) && Proc.withArgument(mark).isEmpty();
        }
    }

    @Test
    void everySandboxDiesWithItsJvm() throws Exception {
        Powers.require(Power.USERNS);
        Victim victim = Victim.start(false);
        try {
            List<Proc> inits = victim.inits(SANDBOXES);
            assertThat(inits).allMatch(Proc::isAlive);

            victim.kill();

            assertThat(Sandboxes.eventually(GRACE, () -> victim.nothingLives(inits))).isTrue();
        } finally {
            victim.kill();
            victim.awaitEnd();
        }
    }

    /** Some sandbox is in the middle of its start when the JVM goes. */
    @Test
    void soDoesOneThatIsBeingStarted() throws Exception {
        Powers.require(Power.USERNS);
        Victim victim = Victim.start(false);
        try {
            List<Proc> inits = victim.inits(SANDBOXES / 2);

            victim.kill();

            assertThat(Sandboxes.eventually(GRACE, () -> victim.nothingLives(inits))).isTrue();
            // A start that outlived its JVM would bring its command only now.
            Thread.sleep(GRACE);
            assertThat(Proc.withArgument(victim.mark())).isEmpty();
        } finally {
            victim.kill();
            victim.awaitEnd();
        }
    }

    /** Those who entered a container, and their watchers outside it. */
    @Test
    void soDoWhoHasEnteredOne() throws Exception {
        Powers.require(Power.USERNS);
        String mark = Victim.newMark();
        Victim victim = Victim.start(mark, Enterers.class, "4", "5", mark);
        try {
            for (int i = 0; i < 20; i++) {
                assertThat(victim.output().readLine()).isEqualTo("entered");
            }
            List<Proc> children =
                    victim.jvm()
                            .toHandle()
                            .children()
                            .map(child -> Proc.of(child.pid()).orElseThrow())
                            .toList();
            assertThat(children).hasSize(4 + 20).allMatch(Proc::isAlive);

            victim.kill();

            assertThat(Sandboxes.eventually(GRACE, () -> victim.nothingLives(children))).isTrue();
        } finally {
            victim.kill();
            victim.awaitEnd();
        }
    }

    @Test
    void itsCgroupsAreEmpty() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Victim victim = Victim.start(true);
        String prefix = "bailey-" + victim.jvm().pid() + "-";
        try {
            List<Proc> inits = victim.inits(SANDBOXES);
            assertThat(groups(prefix))
                    .hasSizeGreaterThanOrEqualTo(SANDBOXES)
                    .anyMatch(JvmDeathTest::isPopulated);

            victim.kill();

            assertThat(Sandboxes.eventually(GRACE, () -> victim.nothingLives(inits))).isTrue();
            assertThat(
                            Sandboxes.eventually(
                                    GRACE,
                                    () ->
                                            groups(prefix).stream()
                                                    .noneMatch(JvmDeathTest::isPopulated)))
                    .isTrue();
        } finally {
            victim.kill();
            victim.awaitEnd();
            // Nobody is left to remove what the dead JVM made, and nothing of it may stay.
            Sandboxes.eventually(
                    () -> groups(prefix).stream().noneMatch(JvmDeathTest::isPopulated));
            for (Path group : groups(prefix)) {
                Files.deleteIfExists(group);
            }
        }
    }

    private static List<Path> groups(String prefix) {
        List<Path> found = new ArrayList<>();
        collect(new File("/sys/fs/cgroup"), prefix, found);
        return found;
    }

    /** Other people's groups come and go meanwhile: listFiles passes over what has gone. */
    private static void collect(File directory, String prefix, List<Path> into) {
        File[] children = directory.listFiles(File::isDirectory);
        if (children == null) {
            return;
        }
        for (File child : children) {
            if (child.getName().startsWith(prefix)) {
                into.add(child.toPath());
            } else {
                collect(child, prefix, into);
            }
        }
    }

    private static boolean isPopulated(Path group) {
        return !Sandboxes.read(group.resolve("cgroup.procs")).isBlank();
    }
}
