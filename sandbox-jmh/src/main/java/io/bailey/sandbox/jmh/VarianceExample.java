package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Container;
import io.bailey.sandbox.Sandbox;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How far the forks of a benchmark are apart, with and without {@link SandboxProfiler}: {@link
 * DigestBenchmark} beside a neighbor that keeps one processor busy. The neighbor runs in a sandbox
 * too, on processor 0; the profiler gives the forks processor 1. Needs two processors.
 *
 * {@snippet lang = "shell" :
 * mvn -q -Pbench -DskipTests -Dbench.main=io.bailey.sandbox.jmh.VarianceExample verify
 * }
 */
public final class VarianceExample {
    private static final int FORKS = 8;
    private static final String LIMITS = "cpuset=1;memory=512M";
    private static final int BUSY = 2;
    private static final double PERCENT = 100;

    private VarianceExample() {}

    /** Prints a table. */
    public static void main(String[] args) throws RunnerException {
        System.out.printf(
                "%n| neighbor | forks | mean, µs | coefficient of variation, fork to fork | worst fork / best |%n");
        System.out.println("| --- | --- | --- | --- | --- |");
        measure("none");
        try (Sandbox neighbor = Sandbox.builder().cpuset("0").build()) {
            List<Container> busy =
                    IntStream.range(0, BUSY)
                            .mapToObj(_ -> neighbor.start("sh", "-c", "while :; do :; done"))
                            .toList();
            measure(BUSY + " busy loops on processor 0");
            busy.forEach(Container::close);
        }
    }

    /** In turns, fork by fork: what else the machine has to do hits both. */
    private static void measure(String neighbor) throws RunnerException {
        List<Double> usual = new ArrayList<>();
        List<Double> sandboxed = new ArrayList<>();
        for (int i = 0; i < FORKS; i++) {
            usual.add(score(options()));
            sandboxed.add(score(options().addProfiler(SandboxProfiler.class, LIMITS)));
        }
        print(neighbor, "as usual", usual);
        print(neighbor, "SandboxProfiler:" + LIMITS, sandboxed);
    }

    private static double score(ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).runSingle().getPrimaryResult().getScore();
    }

    private static ChainedOptionsBuilder options() {
        return new OptionsBuilder()
                .include(DigestBenchmark.class.getName())
                .forks(1)
                .warmupIterations(2)
                .warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(300))
                .verbosity(VerboseMode.SILENT);
    }

    private static void print(String neighbor, String how, List<Double> scores) {
        Statistics spread =
                new ListStatistics(scores.stream().mapToDouble(Double::doubleValue).toArray());
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %.1f | %.1f %% | %.2f |%n",
                neighbor,
                how,
                spread.getMean(),
                spread.getStandardDeviation() / spread.getMean() * PERCENT,
                spread.getMax() / spread.getMin());
    }
}
