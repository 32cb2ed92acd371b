package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A static {@code true}, started and waited for: in each kind of sandbox, and as a plain process.
 * The distribution (p50, p99) is what JMH's SampleTime prints.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -pl sandbox-jmh -am -DskipTests -Dbench="StartBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class StartBenchmark {

    /** A sandbox of one kind. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Sandboxed {
        /** Which kind. */
        @Param public Setup setup;

        /** Whether with the standard seccomp filter and Landlock, as a user gets it. */
        @Param({"true", "false"})
        public boolean walls;

        private Workbench bench;
        private Sandbox sandbox;
        private String command;

        /** Builds it. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            sandbox = walls ? setup.walled(bench) : setup.bare(bench);
            command = setup.command(bench);
        }

        /** Takes it down. */
        @TearDown(Level.Trial)
        public void close() {
            sandbox.close();
            bench.close();
        }
    }

    /** The program alone. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Plain {
        private Workbench bench;
        private ProcessBuilder builder;

        /** Makes the program. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            builder = new ProcessBuilder(bench.program().toString());
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void close() {
            bench.close();
        }
    }

    /** From the call to the result. */
    @Benchmark
    public Result sandbox(Sandboxed state) throws InterruptedException {
        return state.sandbox.run(state.command).orThrow();
    }

    /** From the call to the exit status. */
    @Benchmark
    public int processBuilder(Plain state) throws IOException, InterruptedException {
        return state.builder.start().waitFor();
    }
}
