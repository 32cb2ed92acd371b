package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Pool;
import io.bailey.sandbox.PoolOptions;
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
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A static {@code true} in a sandbox that waits for it in a pool. The pool is full before each.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="PoolBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PoolBenchmark {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SIZE = 8;

    /** A pool of one kind. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Pooled {
        /** Which kind. */
        @Param({"HOST", "READ_ONLY", "OVERLAY_NET_LIMITS"})
        public Setup setup;

        private Workbench bench;
        private Sandbox sandbox;
        private Pool pool;
        private String command;

        /** Builds it. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            sandbox = setup.walled(bench);
            pool = sandbox.pool(PoolOptions.ofSize(SIZE));
            command = setup.command(bench);
        }

        /** A take from an empty pool is a cold start. */
        @org.openjdk.jmh.annotations.Setup(Level.Invocation)
        public void fill() throws InterruptedException {
            pool.awaitFull(PATIENCE);
        }

        /** Takes it down. */
        @TearDown(Level.Trial)
        public void close() {
            pool.close();
            sandbox.close();
            bench.close();
        }
    }

    /** From the call to the result. */
    @Benchmark
    public Result pooled(Pooled state) throws InterruptedException {
        return state.pool.run(state.command).orThrow();
    }
}
