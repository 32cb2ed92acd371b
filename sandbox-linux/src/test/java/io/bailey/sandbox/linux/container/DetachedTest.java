package io.bailey.sandbox.linux.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.ContainerInfo;
import io.bailey.sandbox.ContainerState;
import io.bailey.sandbox.Containers;
import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.Input;
import io.bailey.sandbox.Isolation;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.LogLine;
import io.bailey.sandbox.LogPolicy;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Output;
import io.bailey.sandbox.OutputStreamKind;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rootfs;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.cgroup.Cgroup;
import io.bailey.sandbox.linux.cgroup.CgroupRequest;
import io.bailey.sandbox.linux.cgroup.Cgroups;
import io.bailey.sandbox.linux.container.state.Owner;
import io.bailey.sandbox.linux.container.state.StoredContainer;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.ChildJvm;
import io.bailey.sandbox.linux.testing.OpenFiles;
import io.bailey.sandbox.linux.testing.OwnPlaces;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/** Containers that outlive the JVM that started them. */
@Timeout(120)
@ExtendWith(LeakAudit.class)
class DetachedTest {
    private static final String FOR_EVER =
            "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done";

    @TempDir private Path temp;
    private final List<Container> opened = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        for (StoredContainer stored : detached()) {
            Container container = found(stored);
            container.kill();
            container.onExit().handle((result, failure) -> result).join();
            assertThat(Containers.remove(stored.info().id())).isTrue();
        }
        opened.forEach(Container::close);
        assertThat(detached()).isEmpty();
    }

    private static List<StoredContainer> detached() {
        return Engine.shared().ledger().sweep().stream()
                .filter(stored -> stored.info().detached())
                .toList();
    }

    /** A handle as another process gets it, whoever has started the container. */
    private Container found(StoredContainer stored) {
        Container container = Engine.shared().ledger().attach(stored);
        opened.add(container);
        return container;
    }

    private Container found(String id) {
        return found(
                detached().stream()
                        .filter(stored -> stored.info().id().equals(id))
                        .findFirst()
                        .orElseThrow());
    }

    private static Path directory(String id) {
        return OwnPlaces.state().resolve("containers").resolve(id);
    }

    private static Sandbox.Builder host() {
        return Sandbox.builder().rootfs(Rootfs.host());
    }

    private static Process jvm(String mode, String... command) throws IOException {
        return jvm(OwnPlaces.state(), mode, command);
    }

    private static Process jvm(Path state, String mode, String... command) throws IOException {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dbailey.state=" + state,
                                "-classpath",
                                ChildJvm.classPath(),
                                DetachedStarter.class.getName(),
                                mode));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void kill(Process jvm) throws InterruptedException {
        jvm.destroyForcibly().waitFor();
    }

    private static List<String> texts(List<LogLine> lines) {
        return lines.stream().map(LogLine::text).toList();
    }

    @Test
    void goesOnWhenItsJvmIsKilledAndIsFoundAgain() throws Exception {
        Powers.require(Power.USERNS);
        Process jvm = jvm("wait", "sh", "-c", FOR_EVER);
        String id = Objects.requireNonNull(jvm.inputReader().readLine());
        kill(jvm);

        Container container = found(id);

        assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
        int before = container.logs().lines().size();
        assertThat(Sandboxes.eventually(() -> container.logs().lines().size() > before + 3))
                .isTrue();
        assertThat(container.info().owner()).isEqualTo(jvm.pid());
        assertThat(texts(container.logs().tail(container.logs().lines().size())))
                .startsWith("line 1", "line 2");

        container.stop(Duration.ofSeconds(10));

        Result result = container.waitFor();
        assertThat(result.termination()).isEqualTo(new Termination.Signaled(15));
        assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        assertThat(container.info().exitCode()).hasValue(143);
    }

    @Test
    void keepsItsExitStatusAndItsLogWhenNoJvmLives() throws Exception {
        Powers.require(Power.USERNS);
        Process jvm = jvm("exit", "sh", "-c", "echo out; echo err >&2; sleep 1; echo late; exit 7");
        String id = Objects.requireNonNull(jvm.inputReader().readLine());
        assertThat(jvm.waitFor()).isZero();
        Path directory = directory(id);
        assertThat(
                        Sandboxes.eventually(
                                () -> !DetachedReport.read(Linux.host(), directory).alive()))
                .isTrue();

        Container container = found(id);

        Result result = container.waitFor();
        assertThat(result.termination()).isEqualTo(new Termination.Exited(7));
        assertThat(result.usage().wallTime())
                .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
        assertThat(container.info().termination()).contains("exited with 7");
        assertThat(container.info().finished().orElseThrow())
                .isBetween(Instant.now().minusSeconds(60), Instant.now());
        List<LogLine> lines = container.logs().lines();
        assertThat(texts(lines)).containsExactlyInAnyOrder("out", "err", "late");
        assertThat(lines)
                .filteredOn(line -> line.stream() == OutputStreamKind.STDERR)
                .extracting(LogLine::text)
                .containsExactly("err");
    }

    /** At whatever moment: it is found and can be ended, or was never born. */
    @Test
    void isNeverLostWhenItsJvmIsKilledAtAnyMoment() throws Exception {
        Powers.require(Power.USERNS);
        String mark = JvmMark.next();
        for (int round = 0; round < 6; round++) {
            Process jvm = jvm("many", "sleep", mark);
            try {
                for (int started = 0; started < 2; started++) {
                    jvm.inputReader().readLine();
                }
                // Not to wait for anything: to be killed at another point of a start each time.
                Thread.sleep(0, round * 160_000);
            } finally {
                kill(jvm);
            }
        }
        for (StoredContainer directory : detached()) {
            Container container = found(directory);
            container.kill();
            container.onExit().handle((result, failure) -> result).join();
            assertThat(container.state()).isEqualTo(ContainerState.STOPPED);
        }
        assertThat(detached()).hasSizeGreaterThanOrEqualTo(12);
        assertThat(Sandboxes.eventually(() -> Proc.withArgument(mark).isEmpty())).isTrue();
    }

    @Test
    void isFollowedFromAnotherProcess() throws Exception {
        Powers.require(Power.USERNS);
        Process jvm =
                jvm(
                        "exit",
                        "sh",
                        "-c",
                        "for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.2; done; printf end");
        Container container = found(Objects.requireNonNull(jvm.inputReader().readLine()));
        List<LogLine> followed = new CopyOnWriteArrayList<>();
        try (var following = container.logs().follow(followed::add)) {
            following.await();
        }
        assertThat(texts(followed)).containsExactly("1", "2", "3", "4", "5", "6", "7", "8", "end");
        Instant middle = followed.get(4).time();
        assertThat(texts(container.logs().since(middle))).startsWith("5").hasSize(5);
        jvm.waitFor();
    }

    @Test
    void takesSignalsFromAnotherProcess() throws Exception {
        Powers.require(Power.USERNS);
        Process jvm =
                jvm(
                        "exit",
                        "sh",
                        "-c",
                        "trap 'echo usr1' USR1; echo ready; while :; do sleep 0.05; done");
        Container container = found(Objects.requireNonNull(jvm.inputReader().readLine()));
        jvm.waitFor();
        assertThat(Sandboxes.eventually(() -> texts(container.logs().lines()).contains("ready")))
                .isTrue();
        container.signal(Signal.USR1);
        assertThat(Sandboxes.eventually(() -> texts(container.logs().lines()).contains("usr1")))
                .isTrue();
        container.kill();
        assertThat(container.waitFor().termination()).isEqualTo(new Termination.Cancelled());
        container.signal(Signal.TERM);
        container.kill();
    }

    @Test
    void inTheJvmThatStartedItItIsAsAnyOther() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container = sandbox.startDetached("sh", "-c", "echo hi; exec sleep 600");
            assertThat(container.exec("echo", "inside").stdout()).isEqualTo("inside\n");
            assertThat(Sandboxes.eventually(() -> texts(container.logs().lines()).contains("hi")))
                    .isTrue();
            container.stop(Duration.ofSeconds(5));
            assertThat(container.waitFor().termination()).isEqualTo(new Termination.Signaled(15));
            assertThat(texts(found(container.id()).logs().lines())).containsExactly("hi");
            assertThatThrownBy(container::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started once");
        }
    }

    @Test
    void isNotEndedByTheCloseOfItsSandboxNorOfItsHandles() throws Exception {
        Powers.require(Power.USERNS);
        String id;
        try (Sandbox sandbox = host().build();
                Container container = sandbox.startDetached("sleep", "600")) {
            id = container.id();
        }
        Container again = found(id);
        assertThat(again.state()).isEqualTo(ContainerState.RUNNING);
        again.close();
        Container third = found(id);
        assertThat(third.state()).isEqualTo(ContainerState.RUNNING);
        assertThat(third.waitFor(Duration.ofMillis(1))).isEmpty();
    }

    @Test
    void itsLogIsBounded() throws Exception {
        Powers.require(Power.USERNS);
        int size = 64 << 10;
        try (Sandbox sandbox = host().logs(LogPolicy.disk("64K")).build()) {
            Container container = sandbox.startDetached("sh", "-c", "seq 1 6000000; echo last");
            assertThat(container.waitFor().success()).isTrue();
            Container found = found(container.id());
            List<String> lines = texts(found.logs().lines());
            assertThat(lines).contains("6000000").endsWith("last");
            Path directory = directory(container.id());
            long bytes =
                    Files.size(directory.resolve(DetachedFiles.LOG))
                            + Files.size(directory.resolve(DetachedFiles.OLDER_LOG));
            assertThat(bytes).isBetween((long) size / 2 - (20 << 10), (long) size);
            assertThat(found.logs().truncated()).isTrue();
        }
    }

    @Test
    void aSmallLogKeepsTheNewestLinesInOrder() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().logs(LogPolicy.disk("4K")).build()) {
            Container container = sandbox.startDetached("sh", "-c", "seq 1 20000");
            assertThat(container.waitFor().success()).isTrue();
            List<Integer> numbers =
                    texts(found(container.id()).logs().lines()).stream()
                            .skip(1)
                            .map(Integer::parseInt)
                            .toList();
            assertThat(numbers).isNotEmpty().endsWith(20_000);
            for (int i = 1; i < numbers.size(); i++) {
                assertThat(numbers.get(i)).isEqualTo(numbers.get(i - 1) + 1);
            }
        }
    }

    @Test
    void aFullDiskCostsLinesAndNothingElse() throws Exception {
        Powers.require(Power.ROOT);
        Path small = Files.createDirectory(temp.resolve("small"));
        new ProcessBuilder(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=256k,mode=0700",
                        "tmpfs",
                        small.toString())
                .inheritIO()
                .start()
                .waitFor();
        try {
            Process jvm = jvm(small, "exit", "sh", "-c", "seq 1 200000; exit 5");
            String id = Objects.requireNonNull(jvm.inputReader().readLine());
            assertThat(jvm.waitFor()).isZero();
            Path directory = small.resolve("containers").resolve(id);
            assertThat(
                            Sandboxes.eventually(
                                    () -> !DetachedReport.read(Linux.host(), directory).alive()))
                    .isTrue();
            DetachedReport report = DetachedReport.read(Linux.host(), directory);
            assertThat(report.ending().orElseThrow().waitStatus()).isEqualTo(5 << 8);
            List<String> lines = texts(new DetachedLog(directory, () -> false).lines());
            assertThat(lines).startsWith("1", "2", "3").hasSizeBetween(10_000, 100_000);
            assertThat(jvm(small, "remove", id).waitFor()).isZero();
        } finally {
            new ProcessBuilder("umount", small.toString()).inheritIO().start().waitFor();
        }
    }

    @Test
    void aCommandThatClosesItsStreamsIsWatchedAllTheSame() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container =
                    sandbox.startDetached("sh", "-c", "echo one; exec >&- 2>&-; sleep 0.3; exit 3");
            assertThat(container.waitFor().termination()).isEqualTo(new Termination.Exited(3));
            assertThat(texts(found(container.id()).logs().lines())).containsExactly("one");
        }
    }

    @Test
    void whatIsDiscardedIsNotKept() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container =
                    sandbox.startDetached(
                            Command.of("sh", "-c", "echo out; echo err >&2")
                                    .stdout(Output.discard())
                                    .stderr(Output.log()));
            assertThat(container.waitFor().success()).isTrue();
            assertThat(texts(found(container.id()).logs().lines())).containsExactly("err");
        }
    }

    /** Under the host's own ids it must not get the host's /dev/null. */
    @Test
    void whatIsDiscardedUnderTheHostsIdsGoesNowhereEither() throws Exception {
        Powers.require(Power.ROOT);
        try (Sandbox sandbox = host().idMap(IdMap.HOST).logs(LogPolicy.none()).build()) {
            Container container =
                    sandbox.startDetached(
                            "sh", "-c", "seq 1 100000; test -p /proc/self/fd/1 && exit 4");
            assertThat(container.waitFor().termination()).isEqualTo(new Termination.Exited(4));
            assertThat(found(container.id()).logs().lines()).isEmpty();
        }
    }

    @Test
    void whatItLeftBehindIsKilledAndItsLastWordsAreKept() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container =
                    sandbox.startDetached(
                            "sh",
                            "-c",
                            "(while :; do echo more; done) & sleep 0.3; echo last; exit 1");
            assertThat(container.waitFor().exitCode()).isEqualTo(1);
            assertThat(texts(found(container.id()).logs().lines())).contains("more");
        }
    }

    @Test
    void anInitThatIsKilledLeavesWords() throws Exception {
        Powers.require(Power.USERNS);
        Process jvm = jvm("exit", "sleep", "600");
        Container container = found(Objects.requireNonNull(jvm.inputReader().readLine()));
        jvm.waitFor();
        ProcessHandle.of(container.pid()).orElseThrow().destroyForcibly();
        assertThat(container.waitFor().termination()).isEqualTo(new Termination.Signaled(9));
        ContainerInfo info = container.info();
        assertThat(info.state()).isEqualTo(ContainerState.STOPPED);
        assertThat(info.termination())
                .hasValueSatisfying(
                        words -> assertThat(words).contains("killed together with its init"));
    }

    @Test
    void oneThatLivesIsNotRemoved() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container = sandbox.startDetached("sleep", "600");
            assertThatThrownBy(() -> Containers.remove(container.id()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("stop() it first");
        }
    }

    @Test
    void aStartThatFailsLeavesNothing() {
        Powers.require(Power.USERNS);
        OpenFiles before = OpenFiles.now();
        try (Sandbox sandbox = host().build()) {
            assertThatThrownBy(() -> sandbox.startDetached("/no/such/program"))
                    .hasMessageContaining("/no/such/program");
        }
        assertThat(detached()).isEmpty();
        assertThat(Sandboxes.eventually(() -> before.more().isEmpty())).isTrue();
    }

    @Test
    void whatOnlyAJvmCanDoIsRefused() {
        Powers.require(Power.USERNS);
        Command command = Command.of("true");
        refused(host(), command.stdin(Input.of("x")), "stdin");
        refused(host(), command.stdout(Output.lines(line -> {})), "stdout");
        refused(host(), command.stderr(Output.inherit()), "stderr");
        refused(host(), command.stdout(Output.capture(9)), "stdout");
        refused(host(), command.timeout(Duration.ofSeconds(1)), "timeout");
        refused(host().timeout(Duration.ofSeconds(1)), command, "timeout");
        refused(host().init(false), command, "init");
        assertThat(detached()).isEmpty();
    }

    @Test
    void soIsWhatHasNoPidNamespace() {
        Powers.require(Power.LANDLOCK_SCOPES);
        Command command = Command.of("true");
        refused(host().isolation(Isolation.UNPRIVILEGED), command, "PID namespace");
    }

    @Test
    void andAHostThatSharesItsPids() {
        Powers.require(Power.ROOT);
        refused(
                host().namespaces(Namespace.allBut(Namespace.PID)),
                Command.of("true"),
                "PID namespace");
    }

    private static void refused(Sandbox.Builder builder, Command command, String what) {
        try (Sandbox sandbox = builder.build()) {
            assertThatThrownBy(() -> sandbox.startDetached(command))
                    .isInstanceOf(SandboxConfigException.class)
                    .hasMessageContaining(what);
        }
    }

    /** Nobody else is given the ids of one that lives on. */
    @Test
    void itsRangeOfIdsIsItsOwnWhenItsJvmIsGone() throws Exception {
        Powers.require(Power.ROOT, Power.ID_LEASES);
        Process jvm = jvm("exit", "sleep", "600");
        Container container = found(Objects.requireNonNull(jvm.inputReader().readLine()));
        jvm.waitFor();
        long base = base(container.pid());
        assertThat(isFree(base)).isFalse();
        container.kill();
        container.waitFor();
        assertThat(Sandboxes.eventually(() -> isFree(base))).isTrue();
    }

    /** As another JVM finds out when it picks its range. */
    private static boolean isFree(long base) {
        Linux linux = Linux.host();
        int fd = linux.openat(Linux.AT_FDCWD, "/etc/subuid", Linux.O_RDWR, 0);
        try {
            return linux.lock(fd, base, 65_536) == 0;
        } finally {
            linux.close(fd);
        }
    }

    private static long base(long pid) throws IOException {
        String map = Files.readString(Path.of("/proc/" + pid + "/uid_map"));
        return Long.parseLong(map.strip().split("\\s+")[1]);
    }

    /** Of the JVM nothing is open in it, nor can anybody inside come by what is. */
    @Test
    void itsInitHoldsNothingButWhatItNeeds() throws Exception {
        Powers.require(Power.ROOT, Power.ID_LEASES);
        Process jvm = jvm("exit", "sleep", "600");
        Container container = found(Objects.requireNonNull(jvm.inputReader().readLine()));
        jvm.waitFor();
        List<String> open = new ArrayList<>();
        try (var all = Files.list(Path.of("/proc/" + container.pid() + "/fd"))) {
            for (Path fd : all.toList()) {
                open.add(Files.readSymbolicLink(fd).toString().replaceAll("[0-9]+\\]", "]"));
            }
        }
        Path directory = directory(container.id());
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "pipe:[]",
                        "pipe:[]",
                        "pipe:[]",
                        "anon_inode:[signalfd]",
                        directory.resolve("control").toString(),
                        directory.resolve("report").toString(),
                        directory.resolve("output.0").toString(),
                        directory.resolve("output.1").toString(),
                        "/etc/subuid");
    }

    private static final class JvmMark {
        private JvmMark() {}

        static String next() {
            return "600." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
        }
    }

    private static void limited(Throwing<Sandbox> task) throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Sandbox sandbox = host().memory("64M").pids(32).build()) {
            task.run(sandbox);
        }
    }

    /** What may fail. */
    private interface Throwing<T> {
        void run(T value) throws Exception;
    }

    @Test
    void isNotEndedByARestartThatCannotBe() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container container = sandbox.startDetached("sleep", "600");
            assertThatThrownBy(container::restart)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started once");
            assertThatThrownBy(found(container.id())::restart)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("started once");
            assertThat(container.state()).isEqualTo(ContainerState.RUNNING);
        }
    }

    @Test
    void allSeeWhoeverPausesIt() throws Exception {
        limited(sandbox -> {
            Container starter = sandbox.startDetached("sleep", "600");
            Container other = found(starter.id());
            other.pause();
            other.pause();
            assertThat(starter.state()).isEqualTo(ContainerState.PAUSED);
            assertThatThrownBy(() -> starter.exec("true"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("paused");
            starter.resume();
            assertThat(other.state()).isEqualTo(ContainerState.RUNNING);
            starter.pause();
            other.resume();
            other.resume();
            assertThat(starter.exec("echo", "awake").stdout()).isEqualTo("awake\n");
            assertThat(other.events())
                    .extracting(event -> event.getClass().getSimpleName())
                    .containsExactly("Paused", "Resumed");
            other.pause();
            starter.stop(Duration.ofSeconds(20));
            assertThat(starter.waitFor().termination()).isEqualTo(new Termination.Signaled(15));
        });
    }

    @Test
    void allSeeWhoeverChangesItsLimits() throws Exception {
        limited(sandbox -> {
            Container starter = sandbox.startDetached("sleep", "600");
            Container other = found(starter.id());
            Container third = found(starter.id());
            Limits later = starter.limits().toBuilder().memory("80M").build();
            other.update(later);
            for (Container one : List.of(starter, other, third)) {
                assertThat(one.limits()).isEqualTo(later);
                assertThat(one.info().limits()).isEqualTo(later);
            }
            starter.pause();
            starter.resume();
            assertThat(third.limits()).isEqualTo(later);
            Limits last = later.toBuilder().pids(20).build();
            starter.update(last);
            assertThat(third.info().limits()).isEqualTo(last);
            assertThat(Containers.list())
                    .filteredOn(info -> info.id().equals(starter.id()))
                    .extracting(ContainerInfo::limits)
                    .containsExactly(last);
        });
    }

    @Test
    void itsLastReadingStays() throws Exception {
        limited(sandbox -> {
            Container starter =
                    sandbox.startDetached(
                            "sh", "-c", "head -c 20M /dev/zero | tail >/dev/null; sleep 600");
            Container other = found(starter.id());
            assertThat(
                            Sandboxes.eventually(
                                    () -> other.stats().memory().peak().orElse(0) > 9 << 20))
                    .isTrue();
            other.kill();
            other.waitFor();
            assertThat(other.stats().memory().peak().orElse(0)).isGreaterThan(9 << 20);
        });
    }

    @Test
    void whoHasClosedAHandleIsToldSo() throws Exception {
        Powers.require(Power.USERNS);
        try (Sandbox sandbox = host().build()) {
            Container handle = found(sandbox.startDetached("sleep", "600").id());
            handle.close();
            assertThatThrownBy(handle::waitFor)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("handle");
            assertThatThrownBy(() -> handle.process().resize(80, 25))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    /** Its maker was killed between two of the directories of its cgroup. */
    @Test
    void theGroupOfOneThatWasNeverBornIsRemoved() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Engine engine = Engine.shared();
        String id = "0dead0" + Long.toHexString(System.nanoTime());
        String name = Cgroups.detachedNameFor(id);
        CgroupRequest request =
                new CgroupRequest(
                        Limits.builder().pids(9).build(),
                        false,
                        false,
                        Enforcement.STRICT,
                        Optional.empty(),
                        Optional.empty(),
                        true);
        Cgroup group = engine.cgroups().create(name, request);
        List<String> paths = group.paths();
        group.forget();
        List<String> places = engine.cgroups().places(name, request);
        assertThat(places).containsAll(paths);
        Files.delete(Path.of(paths.getFirst()));
        Owner self = Owner.self();
        engine.ledger()
                .create(
                        new StoredContainer(
                                unborn(id),
                                new Owner(
                                        self.pid(),
                                        self.started() - 1,
                                        self.pidNamespace(),
                                        self.boot()),
                                OptionalLong.empty(),
                                places,
                                List.of(),
                                Map.of()));
        assertThat(detached()).isEmpty();
        assertThat(paths).noneMatch(path -> Files.exists(Path.of(path)));
        assertThat(directory(id)).doesNotExist();
    }

    private static ContainerInfo unborn(String id) {
        return new ContainerInfo(
                id,
                id,
                "host",
                Optional.empty(),
                List.of("true"),
                ContainerState.CREATED,
                OptionalInt.empty(),
                Optional.empty(),
                Instant.now(),
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                Limits.none(),
                List.of(),
                Map.of(),
                true,
                1);
    }
}
