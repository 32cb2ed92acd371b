package io.bailey.sandbox.jmh;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A benchmark that says where it runs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConfinedBenchmark {
    private long sum;

    @Setup(Level.Trial)
    public void look() throws IOException {
        say("hostname", Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        say("pid", Long.toString(ProcessHandle.current().pid()));
        say("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        say("cgroup", Files.readString(Path.of("/proc/self/cgroup")).replace('\n', ' '));
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                say("cpus", line.substring(line.indexOf(':') + 1).strip());
            }
        }
        say("heap", Long.toString(Runtime.getRuntime().maxMemory()));
    }

    private static void say(String what, String value) throws IOException {
        Files.writeString(
                Path.of(System.getProperty("confined.file")),
                what + "=" + value + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    @Benchmark
    public long add() {
        return sum += 17;
    }
}
