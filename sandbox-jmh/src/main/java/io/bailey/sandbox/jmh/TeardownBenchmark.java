package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
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
 * A running container, killed and gone without a trace. Its start is not measured.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench="TeardownBenchmark -f 1" verify
 * }
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class TeardownBenchmark {

    /** One that sleeps. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() before it measures anything.
    public static class Doomed {
        /** In which kind of sandbox. */
        @Param({"READ_ONLY", "READ_ONLY_NET_LIMITS", "OVERLAY_NET_LIMITS"})
        public Setup setup;

        private Workbench bench;
        private Sandbox sandbox;
        private Container container;

        /** Builds its sandbox. */
        @org.openjdk.jmh.annotations.Setup(Level.Trial)
        public void open() throws IOException, InterruptedException {
            bench = Workbench.open();
            sandbox = setup.walled(bench);
        }

        /** Starts it. */
        @org.openjdk.jmh.annotations.Setup(Level.Invocation)
        public void start() throws InterruptedException {
            container = sandbox.start("/pause");
        }

        /** Takes its sandbox down. */
        @TearDown(Level.Trial)
        public void close() {
            sandbox.close();
            bench.close();
        }
    }

    /** Until nothing of it is left. */
    @Benchmark
    public void close(Doomed state) {
        state.container.close();
    }
}
