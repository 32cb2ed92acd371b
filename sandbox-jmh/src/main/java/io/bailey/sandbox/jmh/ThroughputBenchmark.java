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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * How many starts a second 1, 2, 4 and 8 threads get from one sandbox.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="ThroughputBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ThroughputBenchmark {

    /** A sandbox that all threads share. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Shared {
        /** Which kind. */
        @Param({"READ_ONLY", "OVERLAY_NET_LIMITS"})
        public Setup setup;

        private Workbench bench;
        private Sandbox sandbox;

        /** Builds it. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            sandbox = setup.walled(bench);
        }

        /** Takes it down. */
        @TearDown(Level.Trial)
        public void close() {
            sandbox.close();
            bench.close();
        }
    }

    /** By one thread. */
    @Benchmark
    @Threads(1)
    public Result threads1(Shared state) throws InterruptedException {
        return state.sandbox.run("/true").orThrow();
    }

    /** By 2 threads. */
    @Benchmark
    @Threads(2)
    public Result threads2(Shared state) throws InterruptedException {
        return state.sandbox.run("/true").orThrow();
    }

    /** By 4 threads. */
    @Benchmark
    @Threads(4)
    public Result threads4(Shared state) throws InterruptedException {
        return state.sandbox.run("/true").orThrow();
    }

    /** By 8 threads. */
    @Benchmark
    @Threads(8)
    public Result threads8(Shared state) throws InterruptedException {
        return state.sandbox.run("/true").orThrow();
    }
}
