package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Result;
import io.bailey.sandbox.Sandbox;
import io.bailey.sandbox.Stats;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * What is done to a container that runs: a further command in it, its figures, a pause, other
 * limits.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="ContainerBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ContainerBenchmark {
    private static final int FEW = 64;
    private static final int MORE = 65;

    /** One that sleeps, with limits on memory and processes. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Living {
        private Workbench bench;
        private Sandbox sandbox;
        private Container container;
        private String program;
        private int pids = FEW;

        /** Starts it. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            sandbox = Setup.READ_ONLY_NET_LIMITS.walled(bench);
            container = sandbox.start("/pause");
            program = "/true";
        }

        /** Takes it down. */
        @TearDown(Level.Trial)
        public void close() {
            container.close();
            sandbox.close();
            bench.close();
        }
    }

    /** A static {@code true}, from the call to the result. */
    @Benchmark
    public Result exec(Living state) throws InterruptedException {
        return state.container.exec(state.program).orThrow();
    }

    /** A snapshot of all figures. */
    @Benchmark
    public Stats stats(Living state) {
        return state.container.stats();
    }

    /** Frozen, and let go on. */
    @Benchmark
    public void pauseAndResume(Living state) {
        state.container.pause();
        state.container.resume();
    }

    /** Another limit on processes. */
    @Benchmark
    public void update(Living state) {
        state.pids = state.pids == FEW ? MORE : FEW;
        state.container.update(state.container.limits().toBuilder().pids(state.pids).build());
    }
}
