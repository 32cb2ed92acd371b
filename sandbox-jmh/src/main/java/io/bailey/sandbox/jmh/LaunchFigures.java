package io.bailey.sandbox.jmh;

import io.bailey.sandbox.Stats;
import io.bailey.sandbox.Usage;

import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;

/**
 * What a launched command used, as its control group counted it, by the names of the results: on
 * its way from the launcher to the profiler through a file. A figure that the host does not keep is
 * not there.
 */
record LaunchFigures(Map<String, Double> values) {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BYTES_PER_MIB = 1 << 20;

    /** A figure: its name, its unit, and what several forks make of it. */
    private enum Kind {
        CPU_USER("sandbox.cpu.user", "ms", AggregationPolicy.AVG),
        CPU_SYSTEM("sandbox.cpu.system", "ms", AggregationPolicy.AVG),
        CPU_THROTTLED("sandbox.cpu.throttled", "ms", AggregationPolicy.AVG),
        MEMORY_PEAK("sandbox.memory.peak", "MiB", AggregationPolicy.MAX),
        PIDS_PEAK("sandbox.pids.peak", "tasks", AggregationPolicy.MAX),
        IO_READ("sandbox.io.read", "MiB", AggregationPolicy.AVG),
        IO_WRITTEN("sandbox.io.written", "MiB", AggregationPolicy.AVG);

        private final String label;
        private final String unit;
        private final AggregationPolicy policy;

        Kind(String label, String unit, AggregationPolicy policy) {
            this.label = label;
            this.unit = unit;
            this.policy = policy;
        }
    }

    /**
     * Puts them together.
     *
     * @param usage from the start to the end
     * @param last the last reading of the control group, for what {@code usage} does not have
     */
    static LaunchFigures of(Usage usage, Stats last) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Kind.CPU_USER.label, millis(usage.userTime()));
        values.put(Kind.CPU_SYSTEM.label, millis(usage.systemTime()));
        last.cpu()
                .throttledTime()
                .ifPresent(time -> values.put(Kind.CPU_THROTTLED.label, millis(time)));
        if (last.memory().peak().isPresent()) {
            values.put(Kind.MEMORY_PEAK.label, usage.peakMemory().bytes() / BYTES_PER_MIB);
        }
        put(values, Kind.PIDS_PEAK, usage.maxPids(), 1);
        if (last.io().readBytes().isPresent()) {
            values.put(Kind.IO_READ.label, usage.ioRead().bytes() / BYTES_PER_MIB);
            values.put(Kind.IO_WRITTEN.label, usage.ioWritten().bytes() / BYTES_PER_MIB);
        }
        return new LaunchFigures(values);
    }

    private static void put(Map<String, Double> values, Kind kind, OptionalLong figure, long unit) {
        if (figure.isPresent()) {
            values.put(kind.label, (double) figure.getAsLong() / unit);
        }
    }

    private static double millis(Duration time) {
        return time.toNanos() / NANOS_PER_MILLI;
    }

    void write(Path file) throws IOException {
        Properties properties = new Properties();
        values.forEach((label, value) -> properties.setProperty(label, value.toString()));
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
    }

    /** Reads what {@link #write} has written; nothing from a file that is empty still. */
    static LaunchFigures read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        Map<String, Double> values = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            String value = properties.getProperty(kind.label);
            if (value != null) {
                values.put(kind.label, Double.valueOf(value));
            }
        }
        return new LaunchFigures(values);
    }

    /** As JMH prints them beside the benchmark's own score. */
    List<Result<ScalarResult>> results() {
        List<Result<ScalarResult>> results = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            Double value = values.get(kind.label);
            if (value != null) {
                results.add(new ScalarResult(kind.label, value, kind.unit, kind.policy));
            }
        }
        return results;
    }
}
