package io.bailey.sandbox.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** JMH itself, one fork of a few milliseconds. */
@Timeout(120)
class SandboxProfilerTest {
    @TempDir Path directory;

    private RunResult run(String options) throws RunnerException {
        ChainedOptionsBuilder builder =
                new OptionsBuilder()
                        .include(ConfinedBenchmark.class.getName())
                        .forks(1)
                        .warmupIterations(1)
                        .warmupTime(TimeValue.milliseconds(10))
                        .measurementIterations(2)
                        .measurementTime(TimeValue.milliseconds(10))
                        .jvmArgsAppend("-Dconfined.file=" + directory.resolve("inside"))
                        .addProfiler(SandboxProfiler.class, options + ";write=" + directory)
                        .output(directory.resolve("jmh.txt").toString());
        return new Runner(builder.build()).runSingle();
    }

    private Map<String, String> inside() throws IOException {
        return Files.readAllLines(directory.resolve("inside")).stream()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> b));
    }

    @Test
    void confinesTheForkAndCountsWhatItUses() throws RunnerException, IOException {
        // On hosts whose groups this user cannot make there is nothing to count with.
        assumeTrue(canLimit(), "needs writable control groups");
        String processor = Integer.toString(lastProcessor());

        RunResult result = run("cpuset=" + processor + ";memory=512M;pids=200");

        Map<String, String> inside = inside();
        assertThat(inside)
                .containsEntry("hostname", "bailey-launch")
                .containsEntry("processors", "1")
                .containsEntry("cpus", processor);
        // In a process namespace and a cgroup namespace of its own.
        assertThat(Long.parseLong(inside.get("pid"))).isLessThan(10);
        assertThat(inside.get("cgroup")).doesNotContain("bailey-");
        assertThat(Long.parseLong(inside.get("heap"))).isLessThan(512L << 20);
        assertThat(result.getPrimaryResult().getScore()).isPositive();
        assertThat(result.getSecondaryResults())
                .containsKeys(
                        "sandbox.cpu.user",
                        "sandbox.cpu.system",
                        "sandbox.memory.peak",
                        "sandbox.pids.peak");
        assertThat(result.getSecondaryResults().get("sandbox.cpu.user").getScore())
                .isBetween(10.0, 60_000.0);
        assertThat(result.getSecondaryResults().get("sandbox.memory.peak").getScore())
                .isBetween(10.0, 512.0);
        assertThat(result.getSecondaryResults().get("sandbox.pids.peak").getScore())
                .isBetween(5.0, 200.0);
    }

    @Test
    void confinesWithoutLimitsAndWithWalls() throws RunnerException, IOException {
        RunResult result = run("walls=true");

        assertThat(inside()).containsEntry("hostname", "bailey-launch");
        assertThat(result.getSecondaryResults()).containsKey("sandbox.cpu.user");
    }

    private static boolean canLimit() {
        try {
            SandboxProfiler profiler = new SandboxProfiler("memory=512M;pids=200;cpuset=0");
            return !profiler.getDescription().isEmpty();
        } catch (org.openjdk.jmh.profile.ProfilerException e) {
            return false;
        }
    }

    private static int lastProcessor() throws IOException {
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        String list =
                status.stream()
                        .filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .findFirst()
                        .orElseThrow();
        String[] numbers = list.split("[:,\\s-]+");
        return Integer.parseInt(numbers[numbers.length - 1]);
    }
}
