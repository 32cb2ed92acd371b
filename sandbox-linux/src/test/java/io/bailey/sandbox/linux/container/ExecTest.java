package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.eventually;
import static io.bailey.sandbox.linux.container.Sandboxes.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.CommandException;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Mount;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Network;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.RootChange;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.sys.Fd;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A further command in a container that runs. */
@ExtendWith(LeakAudit.class)
@Timeout(120)
class ExecTest {
    private static final Termination CANCELLED = new Termination.Cancelled();

    private static final int PR_SET_CHILD_SUBREAPER = 36;

    @TempDir Path temporary;

    private static String mark() {
        return "850." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
    }

    private static Container sleeper(Sandbox.Builder sandbox) {
        return sandbox.start("sleep", "1000");
    }

    /** What a script prints inside, without the line end. It must succeed. */
    private static String sh(Container container, String script) throws InterruptedException {
        return container.exec("sh", "-c", script).orThrow().stdout().strip();
    }

    private static String both(Container container, String script) throws InterruptedException {
        Result result = container.exec("sh", "-c", script);
        return (result.stdout() + result.stderr()).strip();
    }

    @Test
    void itSeesTheContainersProcessesAndNoOthers() throws InterruptedException {
        String mark = mark();
        try (Container container = host().start("sleep", mark)) {
            // Its exec has got far enough for start() a little before its arguments are to be seen.
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();
            String seen = sh(container, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; echo; ls /proc");

            assertThat(seen).contains("sleep " + mark).contains("bailey-init");
            assertThat(seen.lines().filter(line -> line.matches("\\d+")))
                    .contains("1", "2")
                    .hasSizeLessThan(7);
            // Whoever watches it is not one of them.
            assertThat(seen).doesNotContain("bailey-exec");
            assertThat(sh(container, "echo $PPID")).isEqualTo("0");
        }
    }

    /** What a first command printed before it went to sleep. */
    private record First(Container container, List<String> lines) implements AutoCloseable {

        static First that(Sandbox.Builder sandbox, String script) throws InterruptedException {
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Command command =
                    Command.of("sh", "-c", script + "; echo asleep; exec sleep 1000")
                            .stdout(Output.lines(lines::add));
            Container container = sandbox.start(command);
            List<String> printed = new ArrayList<>();
            String line = next(lines);
            while (!line.equals("asleep")) {
                printed.add(line);
                line = next(lines);
            }
            return new First(container, printed);
        }

        private static String next(BlockingQueue<String> lines) throws InterruptedException {
            String line = lines.poll(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return line == null ? "asleep" : line;
        }

        @Override
        public void close() {
            container.close();
        }
    }

    @ParameterizedTest
    @EnumSource(RootChange.class)
    void itSeesTheContainersMountsAndNothingElse(RootChange change) throws InterruptedException {
        Mount file = Mount.file("inside".getBytes(StandardCharsets.UTF_8), "/tmp/file");
        Sandbox.Builder recipe = host().rootChange(change).mount(file);
        String script = "stat -c %d:%i / /.. /tmp; cat /proc/self/mountinfo";
        try (First first = First.that(recipe, "echo made > /tmp/made; " + script)) {
            Container container = first.container();

            assertThat(sh(container, script).lines()).containsExactlyElementsOf(first.lines());
            assertThat(sh(container, "pwd; cat /tmp/made; cat /tmp/file"))
                    .isEqualTo("/\nmade\ninside");
            assertThat(both(container, "cd ../../..; pwd; ls " + temporary))
                    .startsWith("/\n")
                    .contains("No such file");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itIsInTheSameNamespaces(boolean init) throws InterruptedException {
        String list = "cd /proc/self/ns; for n in *; do readlink $n; done";
        try (First first = First.that(host().init(init), list)) {
            assertThat(sh(first.container(), list).lines())
                    .containsExactlyElementsOf(first.lines());
        }
    }

    @Test
    void itHasTheContainersNameAndNetwork() throws Exception {
        try (Container container = sleeper(host().hostname("inner"))) {
            Path network = Path.of("/proc", Long.toString(container.pid()), "ns", "net");
            assertThat(sh(container, "hostname; readlink /proc/self/ns/net"))
                    .isEqualTo("inner\n" + Files.readSymbolicLink(network));
        }
    }

    @Test
    void itHasNoPowerAndNoWayToGetAny() throws InterruptedException {
        for (Sandbox.Builder recipe :
                List.of(host(), host().init(false), host().user(1000, 1000))) {
            try (Container container = sleeper(recipe)) {
                assertPowerless(container);
            }
        }
    }

    @Test
    void norWithTheHostsIds() throws InterruptedException {
        Powers.require(Power.ROOT);
        for (boolean init : new boolean[] {true, false}) {
            try (Container container = sleeper(host().idMap(IdMap.HOST).init(init))) {
                assertPowerless(container);
            }
        }
    }

    /** CVE-2022-24769, CVE-2022-29162: inheritable and bounding too. */
    private static void assertPowerless(Container container) throws InterruptedException {
        String status = container.exec("cat", "/proc/self/status").orThrow().stdout();

        assertThat(status.lines().filter(line -> line.startsWith("Cap")))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).endsWith("\t0000000000000000"));
        assertThat(status).contains("NoNewPrivs:\t1\n").contains("SigBlk:\t0000000000000000");
        assertThat(sh(container, "cat /proc/self/oom_score_adj")).isEqualTo("0");
    }

    @Test
    void noDescriptorIsInherited() throws InterruptedException {
        Linux linux = Linux.host();
        List<Fd> careless = new ArrayList<>();
        try (Container container = sleeper(host())) {
            for (int i = 0; i < 50; i++) {
                Fd fd = linux.own(linux.openat(Linux.AT_FDCWD, "/", Linux.O_RDONLY, 0));
                linux.fcntl(fd.number(), Linux.F_SETFD, 0);
                careless.add(fd);
            }
            // The last is ls's own, on the directory it lists.
            assertThat(container.exec("ls", "/proc/self/fd").stdout()).isEqualTo("0\n1\n2\n3\n");
            // CVE-2024-21626.
            for (int fd = 3; fd < 20; fd++) {
                Command astray = Command.of("pwd").workdir("/proc/self/fd/" + fd);
                assertThat(catchThrowable(() -> container.exec(astray)))
                        .isInstanceOf(SandboxSetupException.class)
                        .hasMessageContaining("ENO");
            }
        } finally {
            careless.forEach(Fd::close);
        }
    }

    @Test
    void theMasksAreThereStill() throws InterruptedException {
        try (Container container = sleeper(host())) {
            assertThat(sh(container, "cat /proc/kcore /proc/timer_list 2> /dev/null | wc -c"))
                    .isEqualTo("0");
            assertThat(both(container, "echo x > /proc/sys/kernel/hostname"))
                    .contains("Read-only file system");
            assertThat(both(container, "umount /proc/timer_list; mount -t tmpfs none /tmp"))
                    .contains("umount: ", "mount: ");
            assertThat(both(container, "unshare -U true || echo refused")).contains("refused");
        }
    }

    @Test
    void itEndsAsItEnds() throws InterruptedException {
        try (Container container = sleeper(host())) {
            assertThat(container.exec("true").termination()).isEqualTo(new Termination.Exited(0));
            assertThat(container.exec("sh", "-c", "exit 7").exitCode()).isEqualTo(7);
            assertThat(container.exec("sh", "-c", "kill -USR1 $$").termination())
                    .isEqualTo(new Termination.Signaled(10));
            assertThat(container.exec("sh", "-c", "kill -9 $$").termination())
                    .isEqualTo(new Termination.Signaled(9));
            assertThat(container.state()).hasToString("RUNNING");
        }
    }

    @Test
    void inputAndOutputGoWhereTheCommandSays() throws InterruptedException {
        try (Container container = sleeper(host())) {
            Command tee = Command.of("tee", "/dev/stderr").stdin(Input.of("some input"));
            Result result = container.exec(tee);
            assertThat(result.stdout() + result.stderr()).isEqualTo("some inputsome input");

            Path file = temporary.resolve("out");
            container.exec(tee.stdout(Output.to(file)).stderr(Output.discard())).orThrow();
            assertThat(Sandboxes.read(file)).isEqualTo("some input");
        }
    }

    @Test
    void outputHasTheSandboxsLimit() throws InterruptedException {
        try (Container container = sleeper(host().outputLimit("64K"))) {
            assertThat(container.exec("yes").termination())
                    .isInstanceOf(Termination.OutputLimitExceeded.class);
            assertThat(container.exec("true").success()).isTrue();
        }
    }

    @Test
    void environmentDirectoryAndUserAreItsOwn() throws InterruptedException {
        Sandbox.Builder recipe = host().env("A", "recipe").env("B", "recipe").workdir("/usr");
        try (Container container =
                recipe.start(Command.of("sleep", "1000").env("C", "first").workdir("/bin"))) {
            assertThat(sh(container, "echo $A $B $C; pwd")).isEqualTo("recipe recipe\n/usr");
            Command other = Command.of("sh", "-c", "echo $A $B; pwd").env("B", "own").workdir("/");
            assertThat(container.exec(other).stdout()).isEqualTo("recipe own\n/\n");
        }
    }

    @Test
    void itIsTheSameUserUnlessItSaysOtherwise() throws InterruptedException {
        Powers.require(Power.ROOT);
        try (Container container = host().start(Command.of("sleep", "1000").user(1000, 100))) {
            assertThat(sh(container, "id -u; id -g")).isEqualTo("1000\n100");
            assertThat(container.exec(Command.of("id", "-u").user("daemon")).stdout())
                    .isEqualTo("1\n");
            assertThat(container.exec(Command.of("id", "-u").user(0, 0)).stdout()).isEqualTo("0\n");
        }
    }

    @Test
    void aUserThatIsNotMappedIsRefused() throws InterruptedException {
        try (Container container =
                host().idMap(IdMap.SINGLE).start(Command.of("sleep", "1000").user(1000, 1000))) {
            assertThat(sh(container, "id -u")).isEqualTo("1000");
            assertThatThrownBy(() -> container.exec(Command.of("id").user(0, 0)))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining("not among the sandbox's ids");
        }
    }

    @Test
    void aTimeoutEndsTheCommandOnly() throws InterruptedException {
        String mark = mark();
        Duration limit = Duration.ofMillis(100);
        try (Container container = sleeper(host())) {
            Result result = container.exec(Command.of("sleep", mark).timeout(limit));

            assertThat(result.termination()).isEqualTo(new Termination.TimedOut(limit));
            assertThat(result.exitCode()).isEqualTo(137);
            assertThat(Proc.withArgument(mark)).isEmpty();
            assertThat(container.exec("true").success()).isTrue();
        }
    }

    /** It clears what would end it with its watcher, so the watcher must live to kill it. */
    @Test
    void aCommandThatDefiesItsParentsDeathEndsToo() throws InterruptedException {
        String mark = mark();
        try (Container container = sleeper(host())) {
            Result result =
                    container.exec(
                            Command.of("setpriv", "--pdeathsig", "clear", "sleep", mark)
                                    .timeout(Duration.ofMillis(200)));

            assertThat(result.termination()).isInstanceOf(Termination.TimedOut.class);
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterruptKillsTheCommandOnly(boolean virtual) throws Exception {
        String mark = mark();
        try (Container container = sleeper(host())) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Runnable work = () -> thrown.set(catchThrowable(() -> container.exec("sleep", mark)));
            Thread thread =
                    virtual ? Thread.ofVirtual().start(work) : Thread.ofPlatform().start(work);
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

            thread.interrupt();
            thread.join(Sandboxes.PATIENCE);

            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            assertThat(Proc.withArgument(mark)).isEmpty();
            assertThat(container.exec("true").success()).isTrue();
        }
    }

    @Test
    void whatIsNoCommandIsToldAsSuch() throws InterruptedException {
        try (Container container = sleeper(host())) {
            assertThatThrownBy(() -> container.exec("no-such-program"))
                    .isInstanceOf(CommandException.class);
            assertThatThrownBy(() -> container.exec("/etc/passwd"))
                    .isInstanceOf(CommandException.class);
            assertThatThrownBy(() -> container.exec(Command.of("true").workdir("/not/there")))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContaining("/not/there");
            assertThat(container.exec("true").success()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterTheEndNobodyEnters(boolean init) throws InterruptedException {
        Container killed = sleeper(host().init(init));
        killed.kill();
        assertThatThrownBy(() -> killed.exec("true")).isInstanceOf(IllegalStateException.class);
        killed.close();
        assertThatThrownBy(() -> killed.exec("true")).isInstanceOf(IllegalStateException.class);

        try (Container ended = host().init(init).start("true")) {
            ended.waitFor();
            assertThatThrownBy(() -> ended.exec("true")).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itEndsWithTheContainer(boolean init) throws Exception {
        String mark = mark();
        try (Container container = sleeper(host().init(init))) {
            CompletableFuture<Result> exec = inBackground(container, Command.of("sleep", mark));
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();
            long began = System.nanoTime();

            container.kill();

            Result result = exec.get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(result.termination()).isEqualTo(CANCELLED);
            assertThat(container.waitFor().termination()).isEqualTo(CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(1));
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    @Test
    void theContainersOwnEndIsASignalToIt() throws Exception {
        String mark = mark();
        try (Container container = host().start("sh", "-c", "read -t 1 x < /dev/zero; sleep 0.5")) {
            CompletableFuture<Result> exec = inBackground(container, Command.of("sleep", mark));

            assertThat(exec.get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS).termination())
                    .isEqualTo(new Termination.Signaled(9));
            assertThat(container.waitFor().exitCode()).isZero();
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    private static CompletableFuture<Result> inBackground(Container container, Command command) {
        CompletableFuture<Result> future = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        future.complete(container.exec(command));
                    } catch (Throwable failure) {
                        future.completeExceptionally(failure);
                    }
                });
        return future;
    }

    /**
     * Its first process lets go of its memory and namespaces a little before its pidfd tells of its
     * end: who comes in between meets ENOENT, EACCES or EPERM.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void intoOneThatIsJustEndingItIsNotAFailedSetup(boolean init) throws Exception {
        List<String> surprises = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            try (Container container = host().init(init).start("true")) {
                TimeUnit.MICROSECONDS.sleep(i % 30 * 20L);
                container.exec("true");
            } catch (IllegalStateException ended) {
                assertThat(ended).hasMessageStartingWith("the container");
            } catch (SandboxSetupException surprise) {
                surprises.add(surprise.toString());
            }
        }
        assertThat(surprises).isEmpty();
    }

    /** Whatever the moment: a result, or that the container has ended. Never a hang. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itMayRaceWithTheEnd(boolean init) throws Exception {
        List<String> surprises = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            try (Container container = sleeper(host().init(init))) {
                List<CompletableFuture<Result>> execs = new ArrayList<>();
                for (int j = 0; j < 3; j++) {
                    execs.add(inBackground(container, Command.of("true")));
                }
                TimeUnit.MICROSECONDS.sleep(37L * i);
                container.kill();
                for (CompletableFuture<Result> exec : execs) {
                    String how =
                            exec.handle((result, failure) ->
                                            failure == null
                                                    ? result.termination().toString()
                                                    : failure.toString())
                                    .get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    if (!how.equals("Exited[code=0]")
                            && !how.equals("Cancelled[]")
                            && !how.startsWith("java.lang.IllegalStateException: the container")) {
                        surprises.add(how);
                    }
                }
            }
        }
        assertThat(surprises).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Namespace.class)
    void anyNamespaceMayBeLeftOut(Namespace namespace) throws InterruptedException {
        if (namespace == Namespace.USER) {
            Powers.require(Power.ROOT);
        }
        if (namespace == Namespace.PID) {
            Powers.require(Power.CGROUP_WRITABLE);
        }
        String mark = mark();
        for (boolean init : new boolean[] {true, false}) {
            Sandbox.Builder recipe =
                    namespace == Namespace.MOUNT
                            ? Sandbox.builder().timeout(Sandboxes.PATIENCE)
                            : host();
            recipe.init(init).namespaces(Namespace.allBut(namespace));
            if (namespace == Namespace.USER) {
                recipe.idMap(IdMap.HOST);
            }
            if (namespace == Namespace.NETWORK) {
                recipe.network(Network.HOST);
            }
            try (Container container = recipe.start("sleep", mark)) {
                assertThat(sh(container, "echo inside")).as("%s", init).isEqualTo("inside");
                assertPowerless(container);
            }
            assertThat(Proc.withArgument(mark)).isEmpty();
        }
    }

    /** Nothing but its cgroup holds together what runs without a pid namespace. */
    @Test
    void withoutAPidNamespaceItEndsWithTheContainerToo() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        String mark = mark();
        Sandbox.Builder recipe = host().namespaces(Namespace.allBut(Namespace.PID));
        try (Container container = sleeper(recipe)) {
            CompletableFuture<Result> exec = inBackground(container, Command.of("sleep", mark));
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();

            container.kill();

            assertThat(exec.get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS).termination())
                    .isEqualTo(CANCELLED);
            // Killed with its watcher, which then does not wait for it.
            assertThat(eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
        }
    }

    @Test
    void itsClocksAreTheContainers() throws InterruptedException {
        try (Container container =
                sleeper(host().timeOffsets(Duration.ofDays(3), Duration.ofDays(5)))) {
            Result result = container.exec("cat", "/proc/uptime", "/proc/self/timens_offsets");
            double uptime = Double.parseDouble(result.stdout().split("[ .]")[0]);
            double own = Double.parseDouble(Sandboxes.read(Path.of("/proc/uptime")).split(" ")[0]);

            assertThat(uptime - own).isBetween(431_900.0, 432_100.0);
            assertThat(result.timings().total()).isLessThan(Sandboxes.PATIENCE);
            assertThat(result.usage().wallTime())
                    .isBetween(Duration.ofNanos(1), Sandboxes.PATIENCE);
        }
    }

    @Test
    void whatItLeavesBehindIsTheInitsAndEndsWithTheContainer() throws InterruptedException {
        String mark = mark();
        try (Container container = sleeper(host())) {
            container.exec("sh", "-c", "sleep " + mark + " > /dev/null 2>&1 &").orThrow();

            assertThat(eventually(() -> Proc.withArgument(mark).size() == 1)).isTrue();
            assertThat(sh(container, "ps -o ppid= -C sleep | tr -d ' ' | sort -u")).isEqualTo("1");
        }
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    @Test
    void aLimitOfProcessesIsToldAsSuch() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = sleeper(host().pids(1))) {
            assertThatThrownBy(() -> container.exec("true"))
                    .isInstanceOf(SandboxSetupException.class)
                    .hasMessageContaining("EAGAIN")
                    .hasMessageContaining("raise pids");
        }
        try (Container container = sleeper(host().pids(3))) {
            assertThat(container.exec("true").success()).isTrue();
        }
    }

    @Test
    void itIsInTheContainersCgroup() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        String mark = mark();
        try (Container container = sleeper(host().pids(20).memory("64M"))) {
            CompletableFuture<Result> exec = inBackground(container, Command.of("sleep", mark));
            assertThat(eventually(() -> !Proc.withArgument(mark).isEmpty())).isTrue();
            long pid = Proc.withArgument(mark).getFirst();

            assertThat(Sandboxes.read(Path.of("/proc/" + pid + "/cgroup")))
                    .isEqualTo(Sandboxes.read(Path.of("/proc/" + container.pid() + "/cgroup")))
                    .contains(container.id());
            container.kill();
            exec.get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void usageIsOfItsOwnProcesses() throws InterruptedException {
        try (Container container = sleeper(host())) {
            Result busy =
                    container.exec("sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");

            assertThat(busy.usage().cpuTime()).isGreaterThan(Duration.ofMillis(20));
            assertThat(busy.usage().peakMemory().bytes()).isGreaterThan(100_000);
            assertThat(container.exec("true").usage().cpuTime()).isLessThan(busy.usage().cpuTime());
        }
    }

    /**
     * As the OOM killer may do. The command ends with it, and does not stay as an entry that waits
     * to be reaped by whoever gets it then, which would keep the container from ending: here, as
     * where a JVM is the first process of its own pid namespace, that is this JVM.
     */
    @RepeatedTest(20)
    void aWatcherThatIsKilledLeavesNothing() throws Exception {
        String mark = mark();
        Linux linux = Linux.host();
        linux.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        try (Container container = sleeper(host())) {
            Command command = Command.of("setpriv", "--pdeathsig", "clear", "sleep", mark);
            CompletableFuture<Result> exec = inBackground(container, command);
            assertThat(eventually(() -> !Proc.withCommandLine("sleep", mark).isEmpty())).isTrue();

            ProcessHandle watcher =
                    ProcessHandle.of(Proc.withCommandLine("sleep", mark).getFirst())
                            .flatMap(ProcessHandle::parent)
                            .orElseThrow();
            watcher.destroyForcibly();

            assertThat(exec.get(Sandboxes.PATIENCE.toSeconds(), TimeUnit.SECONDS).termination())
                    .isEqualTo(new Termination.Signaled(9));
            assertThat(Proc.withArgument(mark)).isEmpty();
        } finally {
            linux.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
        }
    }

    @Test
    void eightThreadsMayEnterAtOnce() throws Exception {
        try (Container container = sleeper(host())) {
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            Set<String> printed = ConcurrentHashMap.newKeySet();
            for (int thread = 0; thread < 8; thread++) {
                int number = thread;
                CompletableFuture<Void> done = new CompletableFuture<>();
                threads.add(done);
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (int i = 0; i < 50; i++) {
                                    String text = number + "." + i;
                                    printed.add(container.exec("echo", text).orThrow().stdout());
                                }
                                done.complete(null);
                            } catch (Throwable failure) {
                                done.completeExceptionally(failure);
                            }
                        });
            }
            for (CompletableFuture<Void> thread : threads) {
                thread.get(100, TimeUnit.SECONDS);
            }
            assertThat(printed).hasSize(400);
        }
    }

    /** Its memory is shared with whoever enters for a moment. */
    @Test
    void theJvmStaysAsDumpableAsItWas() throws InterruptedException {
        int before = Linux.host().prctl(3, 0, 0, 0, 0);
        try (Container container = sleeper(host())) {
            container.exec("true").orThrow();
        }
        assertThat(Linux.host().prctl(3, 0, 0, 0, 0)).isEqualTo(before);
    }
}
