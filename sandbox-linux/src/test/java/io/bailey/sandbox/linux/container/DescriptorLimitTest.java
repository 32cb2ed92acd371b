package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A JVM without file descriptors. Whatever step comes upon it first, the answer is one exception
 * that says so, and nothing is left of what was made until then: so a start is tried with none
 * free, with one, with two, until it succeeds.
 */
@ExtendWith(LeakAudit.class)
@Timeout(200)
class DescriptorLimitTest {
    private static final int LIMIT = 160;

    /** More than any start takes. */
    private static final int ENOUGH = 64;

    @TempDir(factory = InTmp.class)
    Path temporary;

    /** Ways to start something, each with its own descriptors. */
    enum Shape {
        /** The output has the user's home, which is looked up in a file. */
        PLAIN {
            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                return sandbox.run(Command.of("env").user("1")).stdout();
            }
        },
        STREAMS {
            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                StringBuffer lines = new StringBuffer();
                Command tee =
                        Command.of("tee", "/dev/stderr")
                                .stdin(Input.of("some input"))
                                .stdout(Output.lines(lines::append))
                                .stderr(Output.to(file));
                sandbox.run(tee).orThrow();
                return lines + Sandboxes.read(file);
            }
        },
        FILES {
            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                Command cat =
                        Command.of("cat")
                                .stdin(Input.of(Path.of("/etc/passwd")))
                                .stdout(Output.to(file))
                                .stderr(Output.discard());
                sandbox.run(cat).orThrow();
                return Sandboxes.read(file);
            }
        },
        START {
            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                try (Container container = sandbox.start("echo", "started")) {
                    return container.waitFor().stdout();
                }
            }
        },
        BARE {
            @Override
            Sandbox.Builder recipe() {
                return host().init(false);
            }

            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                return sandbox.run("echo", "bare").stdout();
            }
        },
        LIMITED {
            @Override
            Sandbox.Builder recipe() {
                return host().memory("64M").pids(20).cpus(1);
            }

            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                return sandbox.run("echo", "limited").orThrow().stdout();
            }
        },
        /** A further command in a container that has been there all along. */
        EXEC {
            private Optional<Container> container = Optional.empty();

            @Override
            Sandbox.Builder recipe() {
                return super.recipe().rootChange(RootChange.CHROOT);
            }

            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                if (container.isEmpty()) {
                    container = Optional.of(sandbox.start("sleep", "1000"));
                }
                return container.get().exec("echo", "entered").stdout();
            }
        },
        BUILD {
            @Override
            String attempt(Sandbox sandbox, Path file) throws InterruptedException {
                return host().run("echo", "built").stdout();
            }
        };

        Sandbox.Builder recipe() {
            return host();
        }

        /** Runs something. Returns what it printed. */
        abstract String attempt(Sandbox sandbox, Path file) throws InterruptedException;
    }

    /** Input that ends when it may. */
    static final class Gate extends InputStream {
        private final CountDownLatch open;

        Gate(CountDownLatch open) {
            this.open = open;
        }

        @Override
        public int read() throws IOException {
            try {
                open.await();
                return -1;
            } catch (InterruptedException stopped) {
                throw new IOException(stopped);
            }
        }
    }

    /** The child's side: takes all descriptors but a few, tries, and says what came of it. */
    static final class Exhausted {
        private final List<FileInputStream> taken = new ArrayList<>();

        /**
         * The shape; then a file to write; then, to try once only, how many are left free. Nothing
         * to end what was started before.
         */
        public static void main(String[] args) throws Exception {
            loadAllClasses();
            if (args.length == 0) {
                ending();
                return;
            }
            Shape shape = Shape.valueOf(args[0]);
            Path file = Path.of(args[1]);
            if (args.length > 2) {
                // It takes a library of the JDK's to make system calls; that is not the subject.
                Linux.host();
                once(shape, file, Integer.parseInt(args[2]));
            } else {
                sweep(shape, file);
            }
        }

        /** A class file that cannot be opened is the class path's trouble, not the library's. */
        static void loadAllClasses() throws IOException {
            for (String root : System.getProperty("java.class.path").split(":", -1)) {
                if (Files.isDirectory(Path.of(root))) {
                    try (Stream<Path> files = Files.walk(Path.of(root, "io/bailey/sandbox"))) {
                        files.map(path -> Path.of(root).relativize(path).toString())
                                .filter(path -> path.endsWith(".class"))
                                .forEach(Exhausted::load);
                    }
                }
            }
        }

        private static void load(String path) {
            String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
            try {
                Class.forName(name, false, Exhausted.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError needsATestLibrary) {
                // Then it is a test's.
            }
        }

        private static void once(Shape shape, Path file, int free) throws Exception {
            Exhausted all = new Exhausted();
            all.take(free);
            String first = told(() -> shape.attempt(shape.recipe().build(), file));
            all.giveBack();
            System.out.println("first\t" + first);
            System.out.println("then\t" + told(() -> shape.attempt(shape.recipe().build(), file)));
        }

        private static void sweep(Shape shape, Path file) throws Exception {
            String expected = shape.attempt(shape.recipe().build(), file);
            // What is found out or prepared once, in a sandbox of each kind, is so by now.
            Sandboxes.eventually(() -> !Traces.now().toString().contains("thread bailey-fd"));
            Traces before = Traces.now();
            boolean done = false;
            for (int free = 0; free < ENOUGH && !done; free++) {
                Exhausted all = new Exhausted();
                Sandbox sandbox = shape.recipe().build();
                all.take(free);
                String first = told(() -> shape.attempt(sandbox, file));
                all.giveBack();
                done = first.equals(told(() -> expected));
                Sandboxes.eventually(
                        Duration.ofSeconds(2), () -> Traces.now().minus(before).isEmpty());
                String left = Traces.now().minus(before).toString().replace('\n', ';');
                String then = told(() -> shape.attempt(sandbox, file));
                boolean again = then.equals(told(() -> expected));
                System.out.println(
                        String.join("\t", "try", "" + free, first, left, again ? "again" : then));
            }
            System.out.println(done ? "done" : "never");
        }

        /** Has a command go over its limit of memory when there is no descriptor left to ask. */
        private static void ending() throws Exception {
            Exhausted all = new Exhausted();
            CountDownLatch go = new CountDownLatch(1);
            Command greedy =
                    Command.of("sh", "-c", "read go; tail /dev/zero").stdin(Input.of(new Gate(go)));
            host().memory("32M").run("true").orThrow();
            Traces before = Traces.now();
            Container dying = host().memory("32M").memorySwap("0").start(greedy);
            Container living = host().pids(20).start("sleep", "1000");
            all.take(0);
            System.out.println("closed\t" + told(() -> closed(living)));
            go.countDown();
            System.out.println("ended\t" + told(() -> "" + dying.waitFor().termination()));
            all.giveBack();
            Sandboxes.eventually(Duration.ofSeconds(2), () -> Traces.now().minus(before).isEmpty());
            System.out.println("left\t" + Traces.now().minus(before));
        }

        private static String closed(Container container) throws InterruptedException {
            container.close();
            return container.waitFor().termination().toString();
        }

        private interface Attempt {
            String run() throws Exception;
        }

        /** What it printed, or what it threw, in one line. */
        private static String told(Attempt attempt) {
            try {
                return attempt.run().replaceAll("\\s", " ");
            } catch (Throwable failure) {
                String first = failure.toString().replaceAll("\\s", " ");
                StackTraceElement[] stack = failure.getStackTrace();
                return first + " at " + (stack.length == 0 ? "?" : stack[0]);
            }
        }

        private void take(int free) throws IOException {
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException none) {
                for (int i = 0; i < free; i++) {
                    taken.removeLast().close();
                }
            }
        }

        private void giveBack() throws IOException {
            for (FileInputStream file : taken) {
                file.close();
            }
        }
    }

    private ChildJvm exhausted(Object... arguments) throws Exception {
        return ChildJvm.run(
                "ulimit -n " + LIMIT + ";",
                List.of("-XX:-MaxFDLimit", "-Djava.io.tmpdir=" + temporary),
                Exhausted.class,
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void everyStepSaysSoAndLeavesNothing(Shape shape) throws Exception {
        if (shape == Shape.LIMITED) {
            Powers.require(Power.CGROUP_WRITABLE);
        }
        List<String> lines = exhausted(shape, temporary.resolve("out")).lines();

        assertThat(lines).as("%s", lines).endsWith("done").hasSizeGreaterThan(2);
        assertThat(lines.subList(0, lines.size() - 2))
                .allSatisfy(line ->
                        assertThat(line.split("\t", -1)[2])
                                .startsWith("io.bailey.sandbox.Sandbox")
                                .contains("EMFILE", "ulimit -n"));
        assertThat(lines.subList(0, lines.size() - 1))
                .allSatisfy(line -> assertThat(line.split("\t", -1)[3]).isEmpty())
                .allSatisfy(line -> assertThat(line).endsWith("\tagain"));
    }

    /**
     * Whatever is found out about the host once must not be what a JVM without descriptors sees.
     * One is free at least: it takes that to find the engine where it is not in an archive.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 6, 10})
    void theVeryFirstSandboxMayMeetIt(int free) throws Exception {
        List<String> lines = exhausted(Shape.PLAIN, temporary.resolve("out"), free).lines();

        assertThat(lines).as("%s", lines).hasSize(2);
        assertThat(lines.getFirst())
                .startsWith("first\tio.bailey.sandbox.Sandbox")
                .contains("EMFILE", "ulimit -n");
        assertThat(lines.getLast()).startsWith("then\tPATH=");
    }

    @Test
    void limitsHoldAfterwardsToo() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        for (int free : new int[] {1, 2, 3, 5}) {
            List<String> lines = exhausted(Shape.LIMITED, temporary.resolve("out"), free).lines();

            assertThat(lines).as("%s", lines).endsWith("then\tlimited ");
        }
    }

    /** Nor may a limit be forgotten because the group that counted cannot be asked. */
    @Test
    void whatRunsAlreadyNeedsNoneToEnd() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);

        assertThat(exhausted().lines())
                .containsExactly("closed\tCancelled[]", "ended\tOutOfMemory[limit=32M]", "left\t");
    }
}
