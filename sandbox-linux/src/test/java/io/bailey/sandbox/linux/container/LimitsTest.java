package io.bailey.sandbox.linux.container;

import static io.bailey.sandbox.linux.container.Sandboxes.PATIENCE;
import static io.bailey.sandbox.linux.container.Sandboxes.both;
import static io.bailey.sandbox.linux.container.Sandboxes.host;
import static io.bailey.sandbox.linux.container.Sandboxes.sh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bailey.sandbox.Command;
import io.bailey.sandbox.Container;
import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.IdMap;
import io.bailey.sandbox.MemorySize;
import io.bailey.sandbox.Namespace;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Rlimit;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.Signal;
import io.bailey.sandbox.Termination;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Every limit is reached from inside, and what is said of it is true. */
@Timeout(240)
@ExtendWith(LeakAudit.class)
class LimitsTest {
    private static final MemorySize MEMORY = MemorySize.parse("32M");
    private static final Duration BURN = Duration.ofSeconds(2);

    /** tail(1) keeps the last line, and this one has no end. */
    private static final String HOG = "head -c 200M /dev/zero | tail > /dev/null";

    /** include/uapi/linux/capability.h. */
    private static final int CAP_SYS_RESOURCE = 24;

    private static final String BURNER = "while :; do :; done";

    /** The argument of a sleep that nobody else sleeps. */
    private static String mark() {
        return "600." + (1_000_000_000L + System.nanoTime() % 1_000_000_000L);
    }

    @Test
    void tooMuchMemoryIsToldAsSuch() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().memory(MEMORY).run("sh", "-c", HOG);

        assertThat(result.termination()).isEqualTo(new Termination.OutOfMemory(MEMORY));
        assertThat(result.usage().peakMemory())
                .isBetween(MemorySize.of(MEMORY.bytes() / 2), MEMORY);
    }

    @Test
    void filesInMemoryCountToo() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().memory(MEMORY).run("sh", "-c", "head -c 100M /dev/zero > /tmp/x");

        assertThat(result.termination()).isEqualTo(new Termination.OutOfMemory(MEMORY));
    }

    @Test
    void whatFitsTheMemoryRuns() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                host().memory("64M").run("sh", "-c", "head -c 16M /dev/zero | tail | wc -c");

        assertThat(result.orThrow().stdout().strip()).isEqualTo(Integer.toString(16 << 20));
        assertThat(result.usage().peakMemory())
                .isBetween(MemorySize.parse("16M"), MemorySize.parse("64M"));
    }

    /** On v1 the one file holds memory and swap together, on v2 swap alone. */
    @Test
    void swapIsOnTopOfMemory() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Container container = host().memory(MEMORY).memorySwap("8M").start("sleep", "600")) {
            assertThat(setting(container, "memory.swap.max", "memory.memsw.limit_in_bytes"))
                    .isEqualTo(Power.CGROUP_V2.isPresent() ? 8L << 20 : 40L << 20);
        }
        try (Container container = host().memory(MEMORY).start("sleep", "600")) {
            assertThat(setting(container, "memory.swap.max", "memory.memsw.limit_in_bytes"))
                    .isEqualTo(Power.CGROUP_V2.isPresent() ? 0 : MEMORY.bytes());
        }
    }

    private static long setting(Container container, String... names) {
        return Long.parseLong(Sandboxes.cgroupSetting(container, names));
    }

    /** Down to where no program starts: an answer in every case, and never an unlimited run. */
    @ParameterizedTest
    @ValueSource(strings = {"512K", "600K", "1M", "2M"})
    void nearlyNoMemoryIsToldAsSuch(String memory) {
        Powers.require(Power.CGROUP_WRITABLE);
        Throwable failure =
                catchThrowable(() -> {
                    Result result = host().memory(memory).run("sh", "-c", HOG);
                    assertThat(result.termination())
                            .isEqualTo(new Termination.OutOfMemory(MemorySize.parse(memory)));
                });

        if (failure != null) {
            assertThat(failure).isInstanceOf(SandboxException.class).hasMessageContaining("memory");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4096", "511K"})
    void lessThanAnyProgramStartsInIsRefused(String memory) {
        Powers.require(Power.CGROUP_WRITABLE);
        assertThatExceptionOfType(SandboxConfigException.class)
                .isThrownBy(() -> host().memory(memory).run("true"))
                .withMessageContaining("memory: " + MemorySize.parse(memory))
                .withMessageContaining("512K");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asManyProcessesAsAllowedRun(boolean init) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result =
                host().pids(4).init(init).run("sh", "-c", sleepers(3) + "cd /proc; echo [0-9]*");

        assertThat(result.orThrow().stdout().strip().split(" ")).hasSize(init ? 5 : 4);
    }

    /** The init does not count against the limit, so it cannot count in what reached it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theMostProcessesAreTheSandboxs(boolean init) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().pids(4).init(init).run("sh", "-c", sleepers(3) + "exit 0");

        result.orThrow().usage().maxPids().ifPresent(most -> assertThat(most).isEqualTo(4));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneProcessMoreIsRefused(boolean init) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().pids(4).init(init).run("sh", "-c", sleepers(4) + "echo all");

        assertThat(result.termination()).isEqualTo(new Termination.PidsExceeded(4));
        assertThat(result.stdout()).isEmpty();
        assertThat(result.stderr()).containsIgnoringCase("cannot fork");
    }

    private static String sleepers(int count) {
        return "sleep 600 & ".repeat(count);
    }

    @Test
    void oneProcessIsEnoughForOne() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        assertThat(host().pids(1).run("echo", "alone").orThrow().stdout()).isEqualTo("alone\n");
    }

    /** A refused fork is no verdict: who copes with it has not been ended by the limit. */
    @Test
    void aCommandThatCopesWithTheLimitHasSucceeded() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().pids(2).run("sh", "-c", "sh -c '(:); echo no'; exit 0");

        assertThat(result.termination()).isEqualTo(new Termination.Exited(0));
        assertThat(result.stderr()).containsIgnoringCase("cannot fork");
    }

    @Test
    void aForkBombStaysInItsBounds() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        String mark = mark();
        Result result =
                host().pids(32)
                        .run("sh", "-c", "bomb() { sleep " + mark + " & bomb & bomb; }; bomb");

        assertThat(result.termination()).isEqualTo(new Termination.PidsExceeded(32));
        assertThat(Proc.withArgument(mark)).isEmpty();
        // The init may be among them; theMostProcessesAreTheSandboxs() looks closer.
        result.usage().maxPids().ifPresent(most -> assertThat(most).isBetween(16L, 33L));
    }

    @Test
    void aShareOfAProcessorIsAllThereIs() {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = burn(counted().cpus(0.2), BURNER + " & " + BURNER).join();

        assertThat(result.termination()).isEqualTo(new Termination.TimedOut(BURN));
        assertThat(result.usage().cpuTime())
                .isBetween(Duration.ofMillis(100), result.usage().wallTime().dividedBy(2));
    }

    /** With a limit that is never reached, so that processor time is counted. */
    private static Sandbox.Builder counted() {
        return host().cpuTime(PATIENCE);
    }

    /** Killed, not reaped: nobody in the sandbox could have told, and a part is no answer. */
    @Test
    void whatAKilledTreeUsedIsCountedOrNotTold() {
        Powers.require(Power.CGROUP_WRITABLE);
        assertThat(burn(counted(), BURNER).join().usage().cpuTime())
                .isGreaterThan(BURN.dividedBy(10));
        assertThat(burn(host().pids(8), BURNER).join().usage().cpuTime())
                .satisfiesAnyOf(
                        time -> assertThat(time).isZero(),
                        time -> assertThat(time).isGreaterThan(BURN.dividedBy(10)));
        assertThat(burn(host(), BURNER).join().usage().cpuTime()).isZero();
    }

    private static CompletableFuture<Result> burn(Sandbox.Builder sandbox, String script) {
        Sandbox built = sandbox.build();
        return built.runAsync(Command.of("sh", "-c", script).timeout(BURN))
                .whenComplete((result, failure) -> built.close());
    }

    @Test
    void theCpusetIsWhereItRuns() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        String last = lastProcessor();

        assertThat(
                        both(
                                host().cpuset(last),
                                "nproc; taskset -p ffff $$ > /dev/null;"
                                        + " grep Cpus_allowed_list /proc/self/status | cut -f2"))
                .startsWith("1\n")
                .endsWith("\n" + last);
    }

    private static String lastProcessor() {
        String status = Sandboxes.read(Path.of("/proc/self/status"));
        String list = status.replaceAll("(?s).*\nCpus_allowed_list:\t([^\n]*)\n.*", "$1");
        return list.replaceAll(".*[-,]", "");
    }

    @Test
    void aProcessorThatIsNotThereIsNamed() {
        Powers.require(Power.CGROUP_WRITABLE);
        assertThatExceptionOfType(SandboxException.class)
                .isThrownBy(() -> host().cpuset("8191").run("true"))
                .withMessageContaining("cpuset")
                .withMessageContaining("8191");
    }

    /** Both want the same processor all the time. */
    @Test
    void theHeavierOfTwoGetsMore() {
        Powers.require(Power.CGROUP_WRITABLE);
        String cpu = lastProcessor();
        CompletableFuture<Result> light = burn(counted().cpuset(cpu).cpuWeight(1), BURNER);
        CompletableFuture<Result> heavy = burn(counted().cpuset(cpu).cpuWeight(10_000), BURNER);

        assertThat(heavy.join().usage().cpuTime())
                .isGreaterThan(light.join().usage().cpuTime().multipliedBy(3));
    }

    static List<Arguments> everyKindOfTree() {
        return List.of(
                Arguments.of(true, Namespace.all()),
                Arguments.of(false, Namespace.all()),
                Arguments.of(true, Namespace.allBut(Namespace.PID)));
    }

    /** Forked twice, in sessions of their own, deaf to what can be ignored, with our pipe open. */
    @ParameterizedTest
    @MethodSource("everyKindOfTree")
    void nothingSurvivesTheWallClock(boolean init, Set<Namespace> namespaces)
            throws InterruptedException {
        if (!namespaces.contains(Namespace.PID)) {
            Powers.require(Power.CGROUP_WRITABLE);
        }
        String mark = mark();
        String orphan = "trap \"\" HUP TERM INT; echo orphan; exec sleep " + mark;
        Duration limit = Duration.ofSeconds(3);
        Result result =
                Sandbox.builder()
                        .init(init)
                        .namespaces(namespaces)
                        .timeout(limit)
                        .run(
                                "sh",
                                "-c",
                                "(setsid sh -c 'setsid sh -c '\\''"
                                        + orphan
                                        + "'\\'' & exit' &); exec sleep "
                                        + mark);

        assertThat(result.termination()).isEqualTo(new Termination.TimedOut(limit));
        assertThat(result.stdout()).isEqualTo("orphan\n");
        assertThat(result.usage().wallTime()).isBetween(limit, limit.plus(PATIENCE));
        assertThat(Proc.withArgument(mark)).isEmpty();
    }

    /** Each alone is far from the limit, and those already dead count. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "for i in 1 2 3 4 5 6 7; do (" + BURNER + ") & done; wait",
                "while :; do sh -c 'i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done'; done"
            })
    void processorTimeIsTheWholeTrees(String script) throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Duration limit = Duration.ofSeconds(1);
        Result result = host().cpuTime(limit).run("sh", "-c", script);

        assertThat(result.termination()).isEqualTo(new Termination.CpuTimeExceeded(limit));
        assertThat(result.usage().cpuTime()).isBetween(limit, limit.multipliedBy(4));
    }

    @Test
    void waitingTakesNoProcessorTime() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        Result result = host().cpuTime(Duration.ofSeconds(1)).run("sleep", "1.5");

        assertThat(result.termination()).isEqualTo(new Termination.Exited(0));
    }

    /** Those left out keep a program from starting, or cannot be given to one of these users. */
    @ParameterizedTest
    @EnumSource(
            value = Rlimit.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"STACK", "DATA", "AS", "NICE", "RTPRIO"})
    void eachResourceIsLimited(Rlimit resource) throws InterruptedException {
        String limits = sh(host().rlimit(resource, 61), "cat /proc/self/limits");

        assertThat(limits.lines().filter(line -> line.matches(".* 61 +61 .*")))
                .singleElement()
                .asString()
                .startsWith("Max " + words(resource));
    }

    private static String words(Rlimit resource) {
        return switch (resource) {
            case CPU -> "cpu time";
            case FSIZE -> "file size";
            case CORE -> "core file size";
            case RSS -> "resident set";
            case NPROC -> "processes";
            case NOFILE -> "open files";
            case MEMLOCK -> "locked memory";
            case LOCKS -> "file locks";
            case SIGPENDING -> "pending signals";
            case MSGQUEUE -> "msgqueue size";
            case RTTIME -> "realtime timeout";
            case STACK -> "stack size";
            case DATA -> "data size";
            case AS -> "address space";
            case NICE -> "nice priority";
            case RTPRIO -> "realtime priority";
        };
    }

    @Test
    void descriptorsRunOutAtTheirLimitWhichCannotBeRaised() throws InterruptedException {
        assertThat(
                        both(
                                host().rlimit(Rlimit.NOFILE, 5),
                                "exec 3< /dev/null; exec 4< /dev/null && echo five;"
                                        + " ulimit -n 64; (: < /dev/null) 2>&1; cat /dev/null"))
                .startsWith("five\n")
                .containsIgnoringCase("too many open files")
                .containsIgnoringCase("ulimit");
    }

    /** CAP_SYS_RESOURCE is what root of an outer container often lacks. */
    @Test
    void withTheHostsIdsAPrivilegedJvmMayRaiseALimit() throws InterruptedException {
        Powers.require(Power.ROOT);
        String more = Long.toString(descriptorsOfTheJvm() + 1);
        Sandbox.Builder sandbox =
                host().idMap(IdMap.HOST).rlimit(Rlimit.NOFILE, Long.parseLong(more));

        if (mayRaiseLimits()) {
            assertThat(sh(sandbox, "ulimit -Hn")).isEqualTo(more);
        } else {
            assertThatExceptionOfType(SandboxSetupException.class)
                    .isThrownBy(() -> sandbox.run("true"))
                    .withMessageContainingAll("limit NOFILE", more, "EPERM");
        }
    }

    private static boolean mayRaiseLimits() {
        String status = Sandboxes.read(Path.of("/proc/self/status"));
        String effective = status.replaceAll("(?s).*\nCapEff:\t([0-9a-f]+)\n.*", "$1");
        return (Long.parseLong(effective, 16) >> CAP_SYS_RESOURCE & 1) == 1;
    }

    /** The kernel asks for the power in the first namespace, whoever the sandbox's root is. */
    @Test
    void inAUserNamespaceNobodyMayRaiseALimit() {
        long more = descriptorsOfTheJvm() + 1;

        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(() -> host().rlimit(Rlimit.NOFILE, more).run("true"))
                .withMessageContainingAll("limit NOFILE", Long.toString(more), "EPERM");
    }

    @Test
    void beyondTheSystemsLimitOfDescriptorsThatIsNamed() {
        assertThatExceptionOfType(SandboxSetupException.class)
                .isThrownBy(() -> host().rlimit(Rlimit.NOFILE, 1L << 40).run("true"))
                .withMessageContainingAll("limit NOFILE", "EPERM", "fs.nr_open");
    }

    /** The kernel counts the user's processes when the user is entered, and refuses the exec. */
    @Test
    void aLimitOfTheUsersProcessesIsNamedWhereItStopsAFurtherCommand() throws Exception {
        Powers.require(Power.ROOT);
        Sandbox.Builder sandbox = host().rlimit(Rlimit.NPROC, 0).user(1000, 1000);
        try (Container container = sandbox.start("sleep", "1000")) {
            assertThatExceptionOfType(SandboxSetupException.class)
                    .isThrownBy(() -> container.exec("true"))
                    .withMessageContainingAll("EAGAIN", "rlimit NPROC");
        }
    }

    private static long descriptorsOfTheJvm() {
        String limits = Sandboxes.read(Path.of("/proc/self/limits"));
        return Long.parseLong(limits.replaceAll("(?s).*\nMax open files +\\d+ +(\\d+).*", "$1"));
    }

    @Test
    void aFileEndsAtItsLimit() throws InterruptedException {
        String write = "exec head -c 8K /dev/zero > /tmp/x";
        Sandbox.Builder sandbox = host().rlimit(Rlimit.FSIZE, 4096);

        assertThat(sandbox.run("sh", "-c", write).termination())
                .isEqualTo(new Termination.Signaled(Signal.XFSZ.number()));
        assertThat(sandbox.run("sh", "-c", "(" + write + "); wc -c < /tmp/x").stdout())
                .isEqualTo("4096\n");
        // A pipe is no file.
        assertThat(sandbox.run("head", "-c", "8K", "/dev/zero").exitCode()).isZero();
    }

    /** Not XCPU, which would come at a soft limit below the hard one. */
    @Test
    void aProcessWithoutProcessorTimeLeftIsEnded() throws InterruptedException {
        Result result = host().rlimit(Rlimit.CPU, 1).run("sh", "-c", BURNER);

        assertThat(result.termination()).isEqualTo(new Termination.Signaled(Signal.KILL.number()));
    }

    /** A limit holds or the sandbox is refused by name; never does it run without. */
    static List<Arguments> whatOversteps() {
        return List.of(
                overstep("memory", b -> b.memory(MEMORY), HOG),
                overstep("pids", b -> b.pids(2), sleepers(3)),
                overstep("cpu", b -> b.cpuTime(Duration.ofSeconds(1)), BURNER));
    }

    private static Arguments overstep(
            String limit, UnaryOperator<Sandbox.Builder> limited, String script) {
        return Arguments.of(limit, limited, script);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatOversteps")
    void strictIsLimitedOrRefused(
            String limit, UnaryOperator<Sandbox.Builder> limited, String script)
            throws InterruptedException {
        try {
            Result result = limited.apply(host()).run("sh", "-c", script);

            assertThat(result.termination())
                    .isInstanceOfAny(
                            Termination.OutOfMemory.class,
                            Termination.PidsExceeded.class,
                            Termination.CpuTimeExceeded.class);
        } catch (SandboxUnavailableException refused) {
            assertThat(Power.CGROUP_WRITABLE.isPresent()).isFalse();
            assertThat(refused.findings())
                    .anySatisfy(finding -> {
                        assertThat(finding.toString()).contains(limit);
                        assertThat(finding.fix()).isNotBlank();
                    });
        }
    }

    /** v1 has no memory.high, whoever asks. */
    @Test
    void strictRefusesWhatTheHostCannotGive() {
        Powers.require(Power.CGROUP_V1);
        assertThatExceptionOfType(SandboxUnavailableException.class)
                .isThrownBy(() -> host().memoryHigh("64M").run("true"))
                .withMessageContaining("memory");
    }

    @Test
    void bestEffortRunsWithoutItAndIsAsIsolated() throws Exception {
        Powers.require(Power.CGROUP_V1);
        String network = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();

        assertThat(
                        sh(
                                host().enforcement(Enforcement.BEST_EFFORT).memoryHigh("64M"),
                                "readlink /proc/self/ns/net; grep CapEff /proc/self/status"))
                .matches("net:\\[\\d+]\nCapEff:\t0+")
                .doesNotContain(network);
    }

    @Test
    void bestEffortKeepsTheLimitsThereAre() throws InterruptedException {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        Result result =
                host().enforcement(Enforcement.BEST_EFFORT)
                        .memoryHigh("64M")
                        .pids(2)
                        .run("sh", "-c", sleepers(3));

        assertThat(result.termination()).isEqualTo(new Termination.PidsExceeded(2));
    }

    @Test
    void severalLimitsAtOnceNameOneOfThemAndLeaveNothing() throws InterruptedException {
        Powers.require(Power.CGROUP_WRITABLE);
        String mark = mark();
        Result result =
                host().memory(MEMORY)
                        .pids(16)
                        .cpus(0.5)
                        .cpuTime(Duration.ofSeconds(2))
                        .outputLimit("64K")
                        .run(
                                "sh",
                                "-c",
                                "bomb() { setsid sleep "
                                        + mark
                                        + " & ("
                                        + HOG
                                        + ") & yes & bomb; }; bomb");

        assertThat(result.termination())
                .isInstanceOfAny(
                        Termination.OutOfMemory.class,
                        Termination.PidsExceeded.class,
                        Termination.CpuTimeExceeded.class,
                        Termination.OutputLimitExceeded.class);
        assertThat(Proc.withArgument(mark)).isEmpty();
    }
}
