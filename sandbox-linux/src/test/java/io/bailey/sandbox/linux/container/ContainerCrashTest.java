package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * JVMs killed at random instants of random lives: the next one that lists containers finds nothing
 * of theirs, nothing else does either, and one that lives all the while is not touched. {@code
 * -Dbailey.crash.rounds=500} makes it long; a build does a few.
 */
class ContainerCrashTest {
    private static final int ROUNDS = Integer.getInteger("bailey.crash.rounds", 6);
    private static final long SEED = Long.getLong("bailey.crash.seed", System.nanoTime());
    private static final int LONGEST_LIFE_MICROS = 400_000;

    @TempDir Path temp;

    /** One JVM, and what it says. */
    private record Victim(Process jvm, BufferedReader says, String mark) {

        void expect(String line) throws IOException {
            assertThat(says.readLine()).isEqualTo(line);
        }

        List<String> seen() throws IOException {
            List<String> seen = new ArrayList<>();
            String line = says.readLine();
            while (line != null && line.startsWith("seen ")) {
                seen.add(line.split(" ", -1)[1]);
                line = says.readLine();
            }
            assertThat(line).isEqualTo("listed");
            return seen;
        }

        void letGo() throws IOException {
            jvm.getOutputStream().write('\n');
            jvm.getOutputStream().flush();
            expect("living");
        }

        void kill() throws InterruptedException {
            jvm.destroyForcibly();
            assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Victim start(Class<?> main, String mark, long seed) throws IOException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temp,
                        "-Dbailey.state=" + temp.resolve("state"),
                        "-Dbailey.volumes=" + temp.resolve("volumes"),
                        "-classpath",
                        ChildJvm.classPath(),
                        main.getName(),
                        mark,
                        Long.toString(seed));
        Process jvm =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return new Victim(jvm, jvm.inputReader(), mark);
    }

    /** As long as a day, for sleep(1): the bystander's is to be there in the last round too. */
    private static String mark(int round) {
        return "86400" + round + "." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
    }

    @Test
    @Timeout(3_600)
    void theNextOneFindsNothingAndTheLivingStay() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Random random = new Random(SEED);
        List<Path> detachedBefore = groups("bailey-detached-");
        Victim bystander = start(Bystander.class, mark(0), 0);
        try {
            String staying = bystander.says().readLine();
            Victim last = start(CrashingLives.class, mark(1), SEED);
            for (int round = 1; round <= ROUNDS; round++) {
                assertThat(last.seen()).containsExactly(staying);
                last.letGo();
                LockSupport.parkNanos(
                        TimeUnit.MICROSECONDS.toNanos(random.nextInt(LONGEST_LIFE_MICROS)));
                last.kill();
                Victim next = start(CrashingLives.class, mark(round + 1), SEED + round);
                assertThat(next.seen())
                        .as("round %d, -Dbailey.crash.seed=%d", round, SEED)
                        .containsExactly(staying);
                expectNothingOf(last, staying);
                next.kill();
                last = start(CrashingLives.class, mark(round + 1), SEED + round);
            }
            last.kill();
            assertThat(Sandboxes.eventually(() -> moreThan(detachedBefore).isEmpty()))
                    .as(() -> moreThan(detachedBefore).toString())
                    .isTrue();
            assertThat(bystander.jvm().isAlive()).isTrue();
            assertThat(Proc.withArgument(bystander.mark())).isNotEmpty();
        } finally {
            bystander.kill();
        }
        // And what the two that were killed last have left is found as well.
        Victim last = start(CrashingLives.class, mark(0), SEED);
        assertThat(last.seen()).isEmpty();
        assertThat(groups("bailey-" + bystander.jvm().pid() + "-")).isEmpty();
        last.kill();
    }

    private void expectNothingOf(Victim dead, String staying) throws IOException {
        assertThat(Sandboxes.eventually(() -> Proc.withArgument(dead.mark()).isEmpty())).isTrue();
        assertThat(groups("bailey-" + dead.jvm().pid() + "-")).isEmpty();
        assertThat(Sandboxes.list(temp.resolve("state/containers"))).containsExactly(staying);
    }

    private static List<Path> moreThan(List<Path> before) {
        try {
            List<Path> more = groups("bailey-detached-");
            more.removeAll(before);
            return more;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static List<Path> groups(String prefix) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(
                Path.of("/sys/fs/cgroup"),
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        if (directory.getFileName().toString().startsWith(prefix)) {
                            found.add(directory);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path gone, IOException e) {
                        // Other people's groups come and go meanwhile.
                        return FileVisitResult.CONTINUE;
                    }
                });
        return found;
    }
}
