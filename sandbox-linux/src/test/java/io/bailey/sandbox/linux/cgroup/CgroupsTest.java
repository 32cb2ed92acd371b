package io.bailey.sandbox.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bailey.sandbox.Enforcement;
import io.bailey.sandbox.Limits;
import io.bailey.sandbox.SandboxConfigException;
import io.bailey.sandbox.SandboxSetupException;
import io.bailey.sandbox.SandboxUnavailableException;
import io.bailey.sandbox.linux.sys.KernelFile;
import io.bailey.sandbox.linux.sys.Linux;
import io.bailey.sandbox.linux.testing.Power;
import io.bailey.sandbox.linux.testing.Powers;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Groups of the machine the test runs on, beneath the test's own. */
class CgroupsTest {
    private static final AtomicInteger SERIAL = new AtomicInteger();

    private final Linux linux = Linux.host();
    private final Cgroups cgroups = Cgroups.discover(linux);
    private final String name =
            "bailey-test-" + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet();

    private Path directory(String controller) {
        return cgroups.report().stream()
                .filter(report -> report.controller().equals(controller))
                .map(report -> Path.of(report.where(), name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * What the launcher does: CLONE_INTO_CGROUP in one layout, a write by the child in the other.
     */
    private void attach(Cgroup cgroup, Process process) {
        byte[] pid = Long.toString(process.pid()).getBytes(StandardCharsets.US_ASCII);
        for (int fd : cgroup.attachFds()) {
            assertThat(linux.writeAll(fd, pid)).isZero();
        }
        cgroup.directoryFd()
                .ifPresent(fd ->
                        assertThat(
                                        KernelFile.write(
                                                linux,
                                                fd,
                                                "cgroup.procs",
                                                Long.toString(process.pid())))
                                .isZero());
    }

    private static Process sleep() throws Exception {
        return new ProcessBuilder("sleep", "1000").start();
    }

    @Test
    void asksNothingMakesNothing() {
        try (Cgroup none = cgroups.create(name, Requests.strict(Limits.none()))) {
            assertThat(none.directoryFd()).isEmpty();
            assertThat(none.usage()).isEqualTo(CgroupUsage.NONE);
        }
    }

    @Test
    void writesEveryLimitOnV1() throws Exception {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.everything()))) {
            assertThat(cgroup.degraded()).isEmpty();
            assertThat(directory("memory").resolve("memory.limit_in_bytes"))
                    .hasContent("67108864\n");
            assertThat(directory("memory").resolve("memory.memsw.limit_in_bytes"))
                    .hasContent("83886080\n");
            assertThat(directory("pids").resolve("pids.max")).hasContent("32\n");
            assertThat(directory("cpu").resolve("cpu.cfs_quota_us")).hasContent("50000\n");
            assertThat(directory("cpu").resolve("cpu.shares")).hasContent("2048\n");
            assertThat(directory("cpuset").resolve("cpuset.cpus")).hasContent("0\n");
            assertThat(Files.readString(directory("cpuset").resolve("cpuset.mems"))).isNotBlank();
        }
        assertThat(directory("memory")).doesNotExist();
        assertThat(directory("cpuset")).doesNotExist();
    }

    @Test
    void writesEveryLimitOnV2() throws Exception {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        try (Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.everything()))) {
            assertThat(cgroup.degraded()).isEmpty();
            Path group = directory("memory");
            assertThat(group.resolve("memory.max")).hasContent("67108864\n");
            assertThat(group.resolve("memory.oom.group")).hasContent("1\n");
            assertThat(group.resolve("pids.max")).hasContent("32\n");
            assertThat(group.resolve("cpu.max")).hasContent("50000 100000\n");
            assertThat(group.resolve("cpu.weight")).hasContent("200\n");
            assertThat(group.resolve("cpuset.cpus")).hasContent("0\n");
        }
        assertThat(directory("memory")).doesNotExist();
    }

    @Test
    void killsAndCountsWhatIsInside() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = sleep();
        try (Cgroup cgroup = cgroups.create(name, Requests.full(Requests.MEMORY_AND_PIDS))) {
            attach(cgroup, sleeper);
            CgroupUsage usage = cgroup.usage();
            assertThat(usage.cpuMicros()).isPresent();
            assertThat(usage.userMicros()).isPresent();
            assertThat(usage.oomKills()).hasValue(0);
            assertThat(usage.pidsRejected()).hasValue(0);
            assertThat(usage.peakMemory()).isPresent();
            assertThat(cgroup.cpuMicros()).isGreaterThanOrEqualTo(0);
            cgroup.kill();
            assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            sleeper.destroyForcibly();
        }
        assertThat(directory("memory")).doesNotExist();
    }

    @Test
    void closeEndsWhatIsStillInsideAndIsIdempotent() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = sleep();
        try {
            Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS));
            attach(cgroup, sleeper);
            cgroup.close();
            cgroup.close();
            assertThat(sleeper.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(directory("pids")).doesNotExist();
            assertThat(cgroup.cpuMicros()).isZero();
            cgroup.kill();
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void closeWorksInAnInterruptedThreadAndLeavesItInterrupted() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process sleeper = sleep();
        try {
            Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS));
            attach(cgroup, sleeper);
            Thread.currentThread().interrupt();
            cgroup.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(directory("pids")).doesNotExist();
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void tellsAnOutOfMemoryKill() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        // It waits for a line, so that it takes its memory only after it is inside.
        Process hog = new ProcessBuilder("sh", "-c", "read line; exec tail /dev/zero").start();
        try (Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS))) {
            attach(cgroup, hog);
            hog.getOutputStream().write('\n');
            hog.getOutputStream().flush();
            assertThat(hog.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(cgroup.usage().oomKills().orElseThrow()).isPositive();
            assertThat(cgroup.usage().peakMemory().orElseThrow()).isBetween(32L << 20, 64L << 20);
        } finally {
            hog.destroyForcibly();
        }
    }

    @Test
    void countsTheForksTheLimitRefused() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Process forker =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "read line; for i in {1..40}; do sleep 1000 & done; true")
                        .start();
        try (Cgroup cgroup = cgroups.create(name, Requests.full(Requests.MEMORY_AND_PIDS))) {
            attach(cgroup, forker);
            forker.getOutputStream().write('\n');
            forker.getOutputStream().flush();
            // bash tries again for seconds before it gives up; the first refusal is all this needs.
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (cgroup.usage().pidsRejected().orElse(0) == 0 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(cgroup.usage().pidsRejected().orElseThrow()).isPositive();
            cgroup.kill();
            assertThat(forker.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            forker.destroyForcibly();
        }
        assertThat(directory("pids")).doesNotExist();
    }

    @Test
    void killsOneByOneWhereTheKernelCannotKillAll() throws Exception {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        Process first = sleep();
        Process second = sleep();
        try (Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS))) {
            attach(cgroup, first);
            attach(cgroup, second);
            assertThat(cgroup.directoryFd()).isEmpty();
            cgroup.kill();
            assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(second.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
    }

    @Test
    void makesGroupsUnderAGivenParent() throws Exception {
        Powers.require(Power.CGROUP_V2, Power.CGROUP_WRITABLE);
        Path parent = Files.createDirectory(directory("memory").resolveSibling(name + "-parent"));
        String inTree = "/" + Path.of("/sys/fs/cgroup").relativize(parent);
        CgroupRequest under =
                new CgroupRequest(
                        Requests.everything(),
                        false,
                        false,
                        Enforcement.STRICT,
                        Optional.empty(),
                        Optional.of(inTree));
        try {
            try (Cgroup cgroup = cgroups.create(name, under)) {
                assertThat(cgroup.degraded()).isEmpty();
                assertThat(parent.resolve(name).resolve("pids.max")).hasContent("32\n");
            }
        } finally {
            Files.delete(parent);
        }
    }

    @Test
    void aParentThatIsNotThereIsNamed() {
        Powers.require(Power.CGROUP_WRITABLE);
        CgroupRequest under =
                new CgroupRequest(
                        Requests.MEMORY_AND_PIDS,
                        false,
                        false,
                        Enforcement.STRICT,
                        Optional.empty(),
                        Optional.of("/bailey-nowhere"));
        assertThatThrownBy(() -> cgroups.create(name, under))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("bailey-nowhere")
                .hasMessageContaining("ENOENT");
    }

    @Test
    void removesGroupsMadeInside() throws Exception {
        Powers.require(Power.CGROUP_WRITABLE);
        Cgroup cgroup = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS));
        Files.createDirectories(directory("pids").resolve("inner/innermost"));
        cgroup.close();
        assertThat(directory("pids")).doesNotExist();
    }

    @Test
    void neverTakesOverAGroupThatIsThere() {
        Powers.require(Power.CGROUP_WRITABLE);
        try (Cgroup first = cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS))) {
            assertThat(first.degraded()).isEmpty();
            assertThatThrownBy(
                            () -> cgroups.create(name, Requests.strict(Requests.MEMORY_AND_PIDS)))
                    .isInstanceOfSatisfying(
                            SandboxSetupException.class,
                            e -> assertThat(e.errno()).isEqualTo("EEXIST"));
            assertThat(directory("pids")).exists();
        }
    }

    @Test
    void refusesProcessorsThatAreNotThere() {
        Powers.require(Power.CGROUP_WRITABLE);
        assertThatThrownBy(
                        () -> cgroups.create(name, Requests.strict(Requests.cpus(1, 100, "8000"))))
                .isInstanceOf(SandboxConfigException.class)
                .hasMessageContaining("8000");
        assertThat(directory("cpuset")).doesNotExist();
        assertThat(directory("cpu")).doesNotExist();
    }

    @Test
    void v1HasNoMemoryHigh() {
        Powers.require(Power.CGROUP_V1, Power.CGROUP_WRITABLE);
        Limits limits = Requests.limits("64M", "32M", null, 0);
        assertThatThrownBy(() -> cgroups.create(name, Requests.strict(limits)))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("memoryHigh 32M");
        try (Cgroup cgroup = cgroups.create(name, Requests.bestEffort(limits))) {
            assertThat(cgroup.degraded()).hasSize(1);
            assertThat(directory("memory")).exists();
        }
    }

    @Test
    void refusesNamesThatArePaths() {
        for (String bad : List.of("", "a/b", "..", ".")) {
            assertThatThrownBy(() -> cgroups.create(bad, Requests.strict(Requests.MEMORY_AND_PIDS)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
